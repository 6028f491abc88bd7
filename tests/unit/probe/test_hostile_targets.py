"""An exchange ends before its deadline, as data, whatever the target does."""

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
"""How long an endless target sends before it closes. A client that waits for the end reads neither
a timeout nor a cut body, so the test fails on any machine, slow or fast."""

Behaviour = Callable[[socket.socket], None]


@contextmanager
def server(behave: Behaviour) -> Iterator[str]:
    """A server that reads one request head on each connection, then behaves as given."""
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
            return transport.send_bytes(request.encode(), method)
        return transport.send(request)
    finally:
        transport.close()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNK = b"2000\r\n" + b"a" * 0x2000 + b"\r\n"
BOMB = gzip.compress(b"\0" * 20_000_000)

ERRORS: dict[str, tuple[Behaviour, set[TransportErrorKind]]] = {
    "never responds": (waits, {TransportErrorKind.TIMEOUT}),
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
    "sends informational responses without end": (
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
    "sends an invalid status": (
        writes(b"HTTP/1.1 99999 Yes\r\n\r\n"),
        {TransportErrorKind.PROTOCOL},
    ),
}


@pytest.mark.parametrize("how", ["library", "raw"])
@pytest.mark.parametrize("name", ERRORS)
def test_a_target_without_a_response_is_a_transport_error_before_the_deadline(
    name: str, how: str
) -> None:
    behave, kinds = ERRORS[name]
    with server(behave) as url:
        result = asked(url, how)
    assert isinstance(result, TransportError)
    assert result.kind in kinds
    assert result.message


RESPONSES: dict[str, tuple[Behaviour, bool]] = {
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
@pytest.mark.parametrize("name", RESPONSES)
def test_a_strange_response_is_read_and_capped_before_the_deadline(name: str, how: str) -> None:
    behave, truncated = RESPONSES[name]
    with server(behave) as url:
        result = asked(url, how)
    assert isinstance(result, WireResponse), result
    assert result.truncated is truncated
    assert len(result.body) <= BODY_CAP


@pytest.mark.parametrize("name", [name for name in RESPONSES if not RESPONSES[name][1]])
def test_both_ways_to_send_read_the_same_response(name: str) -> None:
    with server(RESPONSES[name][0]) as url:
        assert asked(url, "library") == asked(url, "raw")


def test_a_redirect_is_not_followed() -> None:
    with server(RESPONSES["redirects elsewhere"][0]) as url:
        result = asked(url, "library")
    assert isinstance(result, WireResponse)
    assert result.status == 302
    assert result.first_field(b"location") == b"http://evil.example/?t=1"


def test_a_closed_port_is_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    for how in ("library", "raw"):
        result = asked(url, how)
        assert isinstance(result, TransportError)
        assert result.kind is TransportErrorKind.REFUSED


def test_a_host_name_that_does_not_resolve_is_a_dns_error() -> None:
    result = asked("http://nowhere.invalid", "library")
    assert isinstance(result, TransportError)
    assert result.kind in (TransportErrorKind.DNS, TransportErrorKind.TIMEOUT)


def test_tls_to_a_server_without_it_is_a_tls_error() -> None:
    with server(writes()) as url:
        result = asked(url.replace("http:", "https:"), "library")
    assert isinstance(result, TransportError)
    assert result.kind in (TransportErrorKind.TLS, TransportErrorKind.TIMEOUT)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with server(RESPONSES["sends HTML"][0]) as url:
        result = asked(url, "library")
    assert isinstance(result, WireResponse)


def test_a_field_with_a_stray_space_is_sent_unchanged() -> None:
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
    transport = Transport(parse_origin(url), timeout_s=60)
    headers = ((b"Host", b"x"), (b"Authorization", b"Bearer "))
    result = transport.send(WireRequest("GET", b"/a/../b", headers))
    transport.close()
    thread.join()
    listening.close()
    assert isinstance(result, WireResponse)
    assert received[0].startswith(b"GET /a/../b HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer \r\n" in received[0]


def test_a_field_with_a_line_break_is_never_sent() -> None:
    transport = Transport(parse_origin("http://127.0.0.1:9"), timeout_s=1)
    result = transport.send(WireRequest("GET", b"/", ((b"X-A", b"1\r\nX-B: 2"),)))
    assert isinstance(result, TransportError)
    assert result.kind is TransportErrorKind.OTHER


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
PART = b"HTTP/1.1 200 OK\r\nContent-Le"


class Closing:
    """A server that closes some connections: `plan` is what it sends for each request in turn.

    None: it closes the connection. Bytes: these, and a part of a response closes it as well.
    """

    def __init__(self, *plan: bytes | None) -> None:
        self.plan = list(plan)
        self.received: list[bytes] = []
        """The method of each request, and a mark for each connection."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._listening, suppress(OSError):
            while self.plan:
                connection, _ = self._listening.accept()
                self.received.append(b"connection")
                self._serve_one(connection)

    def _serve_one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while self.plan and (data := connection.recv(4096)):
                self.received.append(data.partition(b" ")[0])
                sent = self.plan.pop(0)
                connection.sendall(sent or b"")
                if sent != OK:
                    break

    def ask(self, *methods: str) -> list[WireResult]:
        transport = Transport(parse_origin(self.url), timeout_s=60)
        results = [transport.send(WireRequest(m, b"/", ((b"Host", b"x"),))) for m in methods]
        transport.close()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        return results


@pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY", "PUT", "DELETE"])
def test_an_idempotent_request_is_sent_again_on_a_new_connection(method: str) -> None:
    server = Closing(None, OK)
    (result,) = server.ask(method)
    assert isinstance(result, WireResponse)
    assert server.received == [b"connection", method.encode()] * 2


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_another_is_sent_again_only_where_its_connection_was_a_kept_one(method: str) -> None:
    fresh = Closing(None, OK)
    (result,) = fresh.ask(method)
    assert isinstance(result, TransportError)
    kept = Closing(OK, None, OK)
    results = kept.ask("GET", method)
    assert [isinstance(one, WireResponse) for one in results] == [True, True]
    sent = [b"connection", b"GET", method.encode(), b"connection", method.encode()]
    assert kept.received == sent


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_sent_again_once_a_response_has_begun(method: str) -> None:
    server = Closing(OK, PART, OK)
    results = server.ask("GET", method)
    assert [isinstance(one, WireResponse) for one in results] == [True, False]


def test_a_request_is_sent_again_once_only() -> None:
    server = Closing(None, None, OK)
    (result,) = server.ask("PUT")
    assert isinstance(result, TransportError)
    assert server.received.count(b"PUT") == 2


def test_a_target_that_ends_during_a_request_has_closed_the_connection() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            listening.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    result = asked(f"http://127.0.0.1:{listening.getsockname()[1]}", "sent")
    thread.join()
    assert isinstance(result, TransportError)
    assert result.kind is TransportErrorKind.CLOSED
