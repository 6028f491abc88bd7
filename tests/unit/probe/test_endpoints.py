"""Requests by way of other endpoints: where they go, and what they never carry."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import httpcore
import pytest

from apicheck.model.exchange import (
    TLS_VERSION,
    Credential,
    Exchange,
    Request,
    Transcript,
    TransportErrorKind,
    Via,
)
from apicheck.model.plan import Plan, Probe
from apicheck.model.step import Script
from apicheck.model.subject import Subject
from apicheck.model.target import Endpoints, Target, Tls
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.probe import Session, transport
from apicheck.probe.tls import VERSIONS
from apicheck.requests.steps import send

GET = Request("GET", "/things")
SECRET = replace(GET, credentials=(Credential("bearer", "header", "Authorization",
                                              "Bearer $APICHECK_ADMIN_TOKEN"),))  # fmt: skip


Play = Callable[..., Transcript]


@pytest.fixture
def play(plan_for: Callable[..., Plan], probe_of: Callable[..., Probe]) -> Play:
    def played(target: Target, *requests: Request) -> Transcript:
        return _play(target, requests, plan_for, probe_of)

    return played


def _play(
    target: Target,
    requests: tuple[Request, ...],
    plan_for: Callable[..., Plan],
    probe_of: Callable[..., Probe],
) -> Transcript:
    plan = plan_for(target)

    def script(_: Subject) -> Script:
        for request in requests:
            yield from send(request)

    with Session(plan) as session:
        return session.play(probe_of(plan, script))


def only(transcript: Transcript) -> Exchange:
    (exchange,) = transcript.exchanges
    return exchange


def test_a_request_goes_to_its_endpoint_without_the_fields_of_a_proxy(
    api: Any, secure: str, certificate: Path, target: Target, play: Play
) -> None:
    target = replace(
        target,
        tls=Tls(ca_file=str(certificate)),
        endpoints=Endpoints(https_url=secure),
        headers=(("X-Forwarded-Proto", "https"), ("X-Tenant", "a")),
    )
    exchange = only(play(target, replace(GET, via=Via(secure))))
    assert exchange.status == 204
    assert exchange.request.headers == (("X-Tenant", "a"),)
    assert [seen.value for seen in exchange.observed(TLS_VERSION)] == ["TLSv1.3"]
    assert api.requests == []


@pytest.mark.parametrize("url", ["http://api.example.com", "http://10.0.0.1:8080"])
def test_no_secret_goes_by_plain_http_to_another_host(url: str, target: Target, play: Play) -> None:
    target = replace(target, endpoints=Endpoints(plain_url=url))
    transcript = play(target, replace(SECRET, via=Via(url)))
    assert transcript.exchanges == ()
    assert isinstance(transcript.stopped_by, NotTested)
    assert "plain_credentials" in transcript.stopped_by.remedy


def test_nothing_goes_to_an_endpoint_that_the_target_file_does_not_name(
    target: Target, play: Play
) -> None:
    via = Via("http://127.0.0.1:9")
    transcript = play(target, replace(GET, via=via))
    assert isinstance(transcript.stopped_by, NotTested)
    assert transcript.stopped_by.kind is NotTestedKind.NEEDS_ENDPOINT


def test_requests_by_plain_http_share_a_connection_that_the_server_keeps(
    api: Any, target: Target, play: Play
) -> None:
    plain = replace(target, base_url="http://127.0.0.1:9", headers=(("X-Tenant", "a"),),
                    endpoints=Endpoints(plain_url=api.url))  # fmt: skip
    by_plain = replace(SECRET, via=Via(api.url))
    transcript = play(plain, by_plain, by_plain)
    assert [exchange.status for exchange in transcript.exchanges] == [200, 200]
    assert "x-tenant" not in api.requests[0][2]


class Handshakes(BaseRequestHandler):
    """Speaks TLS with the settings of the server, and sends one response."""

    def handle(self) -> None:
        try:
            with self.server.context.wrap_socket(self.request, server_side=True) as connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except OSError:
            pass


@pytest.fixture
def speaking(certificate: Path) -> Iterator[Callable[[str, str], str]]:
    """(oldest, newest) -> the URL of a server that speaks these versions of TLS."""
    servers = []

    def start(oldest: str, newest: str) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions
            context.minimum_version, context.maximum_version = VERSIONS[oldest], VERSIONS[newest]
        server = ThreadingTCPServer(("127.0.0.1", 0), Handshakes)
        server.context = context
        servers.append(server)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return f"https://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("spoken_by_server", "offered", "spoken"),
    [
        (("1.0", "1.3"), "1.0", "TLSv1"),
        (("1.0", "1.3"), "1.1", "TLSv1.1"),
        (("1.1", "1.1"), "1.1", "TLSv1.1"),
        (("1.2", "1.3"), "1.2", "TLSv1.2"),
        (("1.2", "1.3"), "1.1", None),
        (("1.2", "1.3"), "1.0", None),
        (("1.3", "1.3"), "1.2", None),
    ],
)
def test_a_version_alone_is_offered_to_any_certificate(
    speaking: Callable[[str, str], str],
    target: Target,
    play: Play,
    spoken_by_server: tuple[str, str],
    offered: str,
    spoken: str | None,
) -> None:
    url = speaking(*spoken_by_server)
    target = replace(target, endpoints=Endpoints(https_url=url))
    exchange = only(play(target, replace(GET, via=Via(url, offered))))
    if spoken:
        assert [seen.value for seen in exchange.observed(TLS_VERSION)] == [spoken]
    else:
        assert exchange.error is not None
        assert exchange.error.kind in (TransportErrorKind.TLS, TransportErrorKind.CLOSED)


def test_an_endpoint_that_is_gone_does_not_end_the_run(
    api: Any, target: Target, play: Play
) -> None:
    gone = "http://127.0.0.1:9"
    target = replace(target, endpoints=Endpoints(plain_url=gone))
    transcript = play(target, replace(GET, via=Via(gone)), SECRET)
    assert [exchange.status for exchange in transcript.exchanges] == [0, 200]


def test_a_connection_that_nobody_accepts_is_told_from_a_response_that_does_not_come() -> None:
    transport.progress.begin(float("inf"))
    kinds = [
        transport._kind_of(one("…")) for one in (httpcore.ConnectTimeout, httpcore.ReadTimeout)
    ]
    assert kinds == [TransportErrorKind.UNCONNECTED, TransportErrorKind.TIMEOUT]


class Sayings(BaseRequestHandler):
    """Reads what a client begins with, and sends bytes that are no handshake."""

    said = b""

    def handle(self) -> None:
        self.request.settimeout(5)
        try:
            self.request.recv(4096)
            self.request.sendall(self.said)
            while self.said == SILENCE and self.request.recv(4096):
                pass
        except OSError:
            pass


SILENCE = b""


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        # Alerts of level fatal: protocol_version, handshake_failure (RFC 8446, section 6).
        (b"\x15\x03\x01\x00\x02\x02\x46", TransportErrorKind.TLS, "alert"),
        (b"\x15\x03\x03\x00\x02\x02\x28", TransportErrorKind.TLS, "alert"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", TransportErrorKind.TLS, "wrong version number"),
        (b"\x16\x03\x03\xff\xff" + b"A" * 70_000, TransportErrorKind.TLS, ""),
        (SILENCE, TransportErrorKind.TIMEOUT, ""),
    ],
    ids=["protocol-version", "handshake-failure", "plain-http", "garbage", "silence"],
)
def test_a_server_that_does_not_shake_hands_is_an_error_in_time(
    target: Target, play: Play, said: bytes, kind: TransportErrorKind, words: str
) -> None:
    handler = type("Saying", (Sayings,), {"said": said})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"https://127.0.0.1:{server.server_address[1]}"
        target = replace(target, endpoints=Endpoints(https_url=url))
        exchange = only(play(target, replace(GET, via=Via(url, "1.1"))))
        server.shutdown()
    assert exchange.error is not None
    assert exchange.error.kind is kind
    assert words in exchange.error.message.lower().replace("_", " ")
