from __future__ import annotations

import sys
from pathlib import Path

import pytest

from apicheck.model.errors import TargetError
from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.model.target import Tls
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import WireRequest, WireResponse, WireResult


def asked(url: str, tls: Tls, how: str) -> WireResult:
    transport = Transport(parse_origin(url), timeout_s=60, tls=tls)
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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the operating system verifies")
def test_the_authorities_of_the_system_are_read_once_and_not_for_each_connection(
    secure: str, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes forty times as long as the rest of a handshake."""
    system = tmp_path / "authorities.pem"
    system.write_bytes(certificate.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(system))
    transport = Transport(parse_origin(secure), timeout_s=60, tls=Tls())
    system.unlink()
    request = WireRequest("GET", b"/", ((b"Host", b"x"),))
    for _ in range(2):
        assert isinstance(transport.send_bytes(request.encode(), "GET"), WireResponse)
    transport.close()
