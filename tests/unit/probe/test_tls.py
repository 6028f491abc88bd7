from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apicheck.model.errors import TargetError
from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.model.target import Tls
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import WireRequest, WireResponse, WireResult


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 2

        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def asked(url: str, tls: Tls, how: str) -> WireResult:
    transport = Transport(parse_origin(url), timeout_s=2, tls=tls)
    request = WireRequest("GET", b"/", ((b"Host", b"x"),))
    try:
        if how == "raw":
            return transport.send_bytes(request.encode(), "GET")
        return transport.send(request)
    finally:
        transport.close()


@pytest.mark.parametrize("how", ["library", "raw"])
def test_a_self_signed_certificate_is_a_tls_error(secure: str, how: str) -> None:
    result = asked(secure, Tls(), how)
    assert isinstance(result, TransportError)
    assert result.kind is TransportErrorKind.TLS


@pytest.mark.parametrize("how", ["library", "raw"])
def test_the_authority_of_the_target_file_is_trusted(
    secure: str, how: str, certificate: Path
) -> None:
    result = asked(secure, Tls(ca_file=str(certificate)), how)
    assert isinstance(result, WireResponse)
    assert result.status == 204


def test_verification_can_be_turned_off(secure: str) -> None:
    assert isinstance(asked(secure, Tls(verify=False), "library"), WireResponse)


def test_a_missing_certificate_file_is_an_error_of_the_target_file(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="cannot be used"):
        Transport(
            parse_origin("https://x.example"),
            timeout_s=1,
            tls=Tls(ca_file=str(tmp_path / "no.pem")),
        )


@pytest.mark.parametrize("url", ["", "ftp://x", "http://", "http://x:99999", "x.example/api"])
def test_a_url_that_is_not_http_is_an_error_of_the_target_file(url: str) -> None:
    with pytest.raises(TargetError):
        parse_origin(url)
