import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.model.target import Tls
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.unreachable import explain_connection_error


def explain(url: str, tls: Tls | None = None) -> str:
    transport = Transport(parse_origin(url), timeout_s=3, tls=tls)
    error = transport.find_connection_error()
    assert error is not None
    return explain_connection_error(transport.origin, error)


def test_a_certificate_of_an_unknown_authority(secure: str) -> None:
    said = explain(secure)
    assert f"a server responds at {secure}, but its certificate is not trusted" in said
    assert '--ca-file FILE or [tls] ca_file = "FILE"' in said


def test_a_certificate_for_another_name(secure: str, certificate: Path) -> None:
    said = explain(secure.replace("127.0.0.1", "localhost"), Tls(ca_file=str(certificate)))
    assert "its certificate is for another name" in said


def test_https_at_a_port_of_http(api: Callable[..., object]) -> None:
    said = explain(api.url.replace("http://", "https://"))
    assert "a server responds at" in said
    assert "begin base_url with http://" in said


def test_http_at_a_port_of_https(secure: str) -> None:
    origin = parse_origin(secure.replace("https://", "http://"))
    assert Transport(origin, timeout_s=3).speaks_tls()


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        said = explain(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert "cannot connect to" in said
    assert "start the server" in said


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required", "--client"),
        ("certificate verify failed: certificate has expired", "not valid now"),
        ("EOF occurred in violation of protocol", "TLS with it fails"),
    ],
)
def test_other_failures_of_tls(message: str, words: str) -> None:
    origin = parse_origin("https://api.test")
    error = TransportError(TransportErrorKind.TLS, message)
    assert words in explain_connection_error(origin, error)
