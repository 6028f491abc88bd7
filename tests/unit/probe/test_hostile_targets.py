"""Whatever a target does, an exchange ends before its deadline, as data."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import BODY_CAP, WireRequest, WireResponse, WireResult

DEADLINE_S = 0.4
PATIENCE_S = 30
"""How long a target without end goes on. It closes then, which is read otherwise than a timeout
or a body that was cut: who waits for it to end fails, however slow the machine is."""

Behaviour = Callable[[socket.socket], None]


@contextmanager
def server(behave: Behaviour) -> Iterator[str]:
    """A server that reads one request head on each connection, then does as it pleases."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.settimeout(2)
        with connection, suppress(OSError):
            received = b""
            while b"\r\n\r\n" not in received:
                data = connection.recv(4096)
                if not data:
                    return
                received += data
            behave(connection)

    def accept() -> None:
        while not over.is_set():
            with suppress(OSError):
                connection, _ = listening.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(2)


def writes(*parts: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return behave


def waits(connection: socket.socket) -> None:
    """Until the client has gone."""
    connection.settimeout(PATIENCE_S)
    connection.recv(1)


def for_ever(start: bytes, part: bytes, pause: float = 0.0) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            connection.sendall(part)
            time.sleep(pause)

    return behave


def asked(url: str, how: str, method: str = "GET") -> WireResult:
    transport = Transport(parse_origin(url), timeout_s=DEADLINE_S)
    try:
        request = WireRequest(method, b"/things", ((b"Host", b"x"),))
        if how == "raw":
            return transport.send_bytes(request.bytes(), method)
        return transport.send(request)
    finally:
        transport.close()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNK = b"2000\r\n" + b"a" * 0x2000 + b"\r\n"
BOMB = gzip.compress(b"\0" * 20_000_000)

ERRORS: dict[str, tuple[Behaviour, set[TransportErrorKind]]] = {
    "never answers": (waits, {TransportErrorKind.TIMEOUT}),
    "dribbles its headers": (
        for_ever(OK, b"X-A: 1\r\n", 0.05),
        {TransportErrorKind.TIMEOUT},
    ),
    "dribbles its body": (
        for_ever(OK + b"Content-Length: 100000\r\n\r\n", b"a", 0.05),
        {TransportErrorKind.TIMEOUT},
    ),
    "has headers without end": (
        for_ever(OK, b"X-A: " + b"a" * 8000 + b"\r\n"),
        {TransportErrorKind.PROTOCOL},
    ),
    "sends informational answers without end": (
        for_ever(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01),
        {TransportErrorKind.TIMEOUT},
    ),
    "closes without a word": (writes(), {TransportErrorKind.CLOSED}),
    "closes in its headers": (
        writes(OK + b"X-A"),
        {TransportErrorKind.CLOSED, TransportErrorKind.PROTOCOL},
    ),
    "closes before the end of its body": (
        writes(OK + b"Content-Length: 100\r\n\r\nshort"),
        {TransportErrorKind.CLOSED, TransportErrorKind.PROTOCOL},
    ),
    "sends bad chunks": (
        writes(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc"),
        {TransportErrorKind.PROTOCOL},
    ),
    "speaks another protocol": (
        writes(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
        {TransportErrorKind.PROTOCOL},
    ),
    "sends a status that is none": (
        writes(b"HTTP/1.1 99999 Yes\r\n\r\n"),
        {TransportErrorKind.PROTOCOL},
    ),
}


@pytest.mark.parametrize("how", ["library", "raw"])
@pytest.mark.parametrize("name", ERRORS)
def test_a_target_that_gives_no_answer_is_a_transport_error_in_time(name: str, how: str) -> None:
    behave, kinds = ERRORS[name]
    with server(behave) as url:
        answer = asked(url, how)
    assert isinstance(answer, TransportError)
    assert answer.kind in kinds
    assert answer.message


ANSWERS: dict[str, tuple[Behaviour, bool]] = {
    "streams for ever": (for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK), True),
    "announces a gigabyte": (
        for_ever(OK + b"Content-Length: 1073741824\r\n\r\n", b"a" * 65536),
        True,
    ),
    "sends a compressed bomb": (
        writes(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB),
        True,
    ),
    "says gzip and lies": (
        writes(OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"),
        False,
    ),
    "sends headers that are not UTF-8": (
        writes(OK + b"X-Name: caf\xe9 \xff\r\nContent-Length: 0\r\n\r\n"),
        False,
    ),
    "sends a script in a header": (
        writes(OK + b"X-A: <script>alert(1)</script>\r\nContent-Length: 0\r\n\r\n"),
        False,
    ),
    "redirects elsewhere": (
        writes(
            b"HTTP/1.1 302 Found\r\nLocation: http://evil.example/?t=1\r\nContent-Length: 0\r\n\r\n"
        ),
        False,
    ),
    "sends HTML": (
        writes(OK + b"Content-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"),
        False,
    ),
}


@pytest.mark.parametrize("how", ["library", "raw"])
@pytest.mark.parametrize("name", ANSWERS)
def test_a_strange_answer_is_recorded_and_capped_in_time(name: str, how: str) -> None:
    behave, truncated = ANSWERS[name]
    with server(behave) as url:
        answer = asked(url, how)
    assert isinstance(answer, WireResponse), answer
    assert answer.truncated is truncated
    assert len(answer.body) <= BODY_CAP


@pytest.mark.parametrize("name", [name for name in ANSWERS if not ANSWERS[name][1]])
def test_both_ways_to_send_read_the_same_answer(name: str) -> None:
    with server(ANSWERS[name][0]) as url:
        assert asked(url, "library") == asked(url, "raw")


def test_a_redirect_is_not_followed() -> None:
    with server(ANSWERS["redirects elsewhere"][0]) as url:
        answer = asked(url, "library")
    assert isinstance(answer, WireResponse)
    assert answer.status == 302
    assert answer.first(b"location") == b"http://evil.example/?t=1"


def test_a_port_where_nobody_listens_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    for how in ("library", "raw"):
        answer = asked(url, how)
        assert isinstance(answer, TransportError)
        assert answer.kind is TransportErrorKind.REFUSED


def test_a_name_that_does_not_resolve_is_said_to_be_one() -> None:
    answer = asked("http://nowhere.invalid", "library")
    assert isinstance(answer, TransportError)
    assert answer.kind in (TransportErrorKind.DNS, TransportErrorKind.TIMEOUT)


def test_tls_to_a_server_without_it_is_a_tls_error() -> None:
    with server(writes()) as url:
        answer = asked(url.replace("http:", "https:"), "library")
    assert isinstance(answer, TransportError)
    assert answer.kind in (TransportErrorKind.TLS, TransportErrorKind.TIMEOUT)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with server(ANSWERS["sends HTML"][0]) as url:
        answer = asked(url, "library")
    assert isinstance(answer, WireResponse)


def test_a_field_with_a_stray_space_is_sent_as_it_is() -> None:
    received: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            received.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    transport = Transport(parse_origin(url), timeout_s=2)
    headers = ((b"Host", b"x"), (b"Authorization", b"Bearer "))
    answer = transport.send(WireRequest("GET", b"/a/../b", headers))
    transport.close()
    thread.join()
    listening.close()
    assert isinstance(answer, WireResponse)
    assert received[0].startswith(b"GET /a/../b HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer \r\n" in received[0]


def test_a_field_with_a_line_break_is_never_sent() -> None:
    transport = Transport(parse_origin("http://127.0.0.1:9"), timeout_s=1)
    answer = transport.send(WireRequest("GET", b"/", ((b"X-A", b"1\r\nX-B: 2"),)))
    assert isinstance(answer, TransportError)
    assert answer.kind is TransportErrorKind.OTHER


def test_a_target_that_ends_with_a_request_is_said_to_have_closed() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            listening.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    answer = asked(f"http://127.0.0.1:{listening.getsockname()[1]}", "sent")
    thread.join(2)
    assert isinstance(answer, TransportError)
    assert answer.kind is TransportErrorKind.CLOSED
