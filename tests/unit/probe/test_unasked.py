"""What a target sends without a request is never taken for the response to the next one."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import BodyReader, WireRequest, WireResponse

HONEST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
TRAILERS = CHUNKED[:-2] + b"X-Sum: 1\r\n\r\n"
EVIL = b"HTTP/1.1 401 No\r\nContent-Length: 4\r\n\r\nevil"
CLOSING = HONEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


@contextmanager
def server(
    *parts: bytes, written: threading.Semaphore | None = None
) -> Iterator[tuple[str, list[int]]]:
    """A server that writes parts for each request, on connections that it keeps.

    Gives its URL, and how many requests each connection had. written: released for each request
    when its last part is written.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    counts: list[int] = []

    def serve(connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(60)
        with connection, suppress(OSError):
            while connection.recv(4096):
                counts[number] += 1
                for part in parts:
                    connection.sendall(part)
                if written is not None:
                    written.release()

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                counts.append(0)
                arguments = (connection, len(counts) - 1)
                threading.Thread(target=serve, args=arguments, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", counts
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def ask(url: str, *methods: str, pause: Callable[[], object] = int) -> list[WireResponse]:
    transport = Transport(parse_origin(url), timeout_s=60)
    results = []
    for method in methods:
        result = transport.send(WireRequest(method, b"/", ((b"Host", b"x"),)))
        assert isinstance(result, WireResponse), result
        results.append(result)
        pause()
    transport.close()
    return results


@pytest.mark.parametrize("first", [HONEST, CHUNKED, TRAILERS, CLOSING])
@pytest.mark.parametrize("more", [EVIL, b"x", b"\r\nHTTP/1.1 ", HONEST * 3])
def test_bytes_behind_a_response_end_its_connection_and_are_noted(
    first: bytes, more: bytes
) -> None:
    with server(first + more) as (url, counts):
        results = ask(url, "GET", "GET", "POST", "GET")
    assert [(one.status, one.body, one.unasked) for one in results] == [(200, b"ok", True)] * 4
    assert counts == [1, 1, 1, 1]


def test_bytes_that_come_later_end_the_connection() -> None:
    written = threading.Semaphore(0)
    with server(HONEST, EVIL, written=written) as (url, counts):
        # Loopback delivers at once: the second write is there before the next request begins.
        results = ask(url, *["GET"] * 20, pause=written.acquire)
    assert {one.body for one in results} == {b"ok"}
    assert counts == [1] * 20


@pytest.mark.parametrize("sent", [HONEST, CHUNKED, TRAILERS])
def test_an_honest_connection_is_kept(sent: bytes) -> None:
    with server(sent) as (url, counts):
        results = ask(url, "GET", "POST", "GET")
    assert [one.unasked for one in results] == [False] * 3
    assert counts == [3]


@pytest.mark.parametrize(
    ("status", "method"), [(b"204 None", "GET"), (b"304 Same", "GET"), (b"200 OK", "HEAD")]
)
def test_a_body_where_none_may_be_is_not_the_next_response(status: bytes, method: str) -> None:
    sent = b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(EVIL), EVIL)
    with server(sent) as (url, counts):
        results = ask(url, method, method)
    assert [(one.status, one.body, one.unasked) for one in results] == [
        (int(status[:3]), b"", True)
    ] * 2
    assert counts == [1, 1]


def test_informational_responses_and_trailers_are_no_response() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
    with server(hints * 1000 + TRAILERS) as (url, counts):
        results = ask(url, "GET", "GET")
    assert [(one.status, one.body, one.unasked) for one in results] == [(200, b"ok", False)] * 2
    assert counts == [2]


def test_a_connection_for_one_request_notes_them_too() -> None:
    with server(HONEST + EVIL) as (url, _):
        transport = Transport(parse_origin(url), timeout_s=60)
        result = transport.send_bytes(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET")
    assert isinstance(result, WireResponse)
    assert (result.body, result.unasked) == (b"ok", True)


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("padding", [b"", b"\0" * 40, b"padding"])
def test_the_members_of_a_gzip_body_are_one_body(size: int, padding: bytes) -> None:
    members = gzip.compress(b'{"a": ') + gzip.compress(b"") + gzip.compress(b"1}") + padding
    reader = BodyReader(b"gzip")
    for start in range(0, len(members), size):
        reader.feed(members[start : start + size])
    assert reader.body == b'{"a": 1}'
    assert not reader.full


def test_members_without_end_fill_the_body_and_no_more() -> None:
    reader = BodyReader(b"gzip", cap=1000)
    reader.feed(gzip.compress(b"a" * 300) * 50)
    assert (len(reader.body), reader.full) == (1000, True)


def test_a_deflate_body_has_one_part() -> None:
    reader = BodyReader(b"deflate")
    reader.feed(zlib.compress(b"one") + zlib.compress(b"two"))
    assert reader.body == b"one"
