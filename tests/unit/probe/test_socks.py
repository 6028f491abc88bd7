"""Connections through a SOCKS5 proxy, by the library and by bytes."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from apicheck.model.exchange import TransportError
from apicheck.model.target import Proxy, Tls
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import WireRequest, WireResponse, WireResult
from tests.unit.probe.test_proxy import pass_on

PAIR = base64.b64encode(b"ada:open:sesame").decode()
REQUEST = WireRequest("GET", b"/things", ((b"Host", b"api.test"),))


class Plain(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(407)  # the API's own, behind a proxy that passes bytes on
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


class SocksServer(ThreadingTCPServer):
    """A proxy that takes every host for one server of this machine."""

    daemon_threads = True

    def __init__(self, port: int, *, wanted: bytes = b"", refusal: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Relay)
        self.port, self.wanted, self.refusal = port, wanted, refusal
        self.asked: list[bytes] = []


class Relay(BaseRequestHandler):
    server: SocksServer

    def take(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (more := self.request.recv(1)):
            data += more
        return data

    def handle(self) -> None:
        connection = self.request
        methods = self.take(self.take(2)[1])
        if self.server.wanted:
            if 2 not in methods:
                connection.sendall(b"\x05\xff")
                return
            connection.sendall(b"\x05\x02")
            user = self.take(self.take(2)[1])
            given = user + b":" + self.take(self.take(1)[0])
            connection.sendall(bytes((1, given != self.server.wanted)))
            if given != self.server.wanted:
                return
        else:
            connection.sendall(b"\x05\x00")
        kind = self.take(4)[3]
        address = self.take({1: 4, 4: 16}.get(kind) or self.take(1)[0])
        self.server.asked.append(address + b" %d" % int.from_bytes(self.take(2), "big"))
        connection.sendall(bytes((5, self.server.refusal, 0, 1)) + bytes(6))
        if self.server.refusal:
            return
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            back = Thread(target=pass_on, args=(there, connection), daemon=True)
            back.start()
            pass_on(connection, there)
            back.join(5)


@contextmanager
def serving(server: ThreadingTCPServer) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def plain() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    with serving(server):
        yield server.server_address[1]


def ask(
    url: str, proxy: str, *, raw: bool = False, tls: Tls | None = None, credentials: str = ""
) -> WireResult:
    transport = Transport(
        parse_origin(url),
        timeout_s=5,
        tls=tls,
        proxy=Proxy(proxy, "--proxy"),
        proxy_credentials=credentials,
    )
    try:
        if raw:
            return transport.send_bytes(REQUEST.encode() + b"\r\n\r\n", "GET")
        return transport.send(REQUEST)
    finally:
        transport.close()


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://api.test:81", b"api.test 81"),
        ("http://10.1.2.3", bytes((10, 1, 2, 3)) + b" 80"),
        ("http://[::1]:81", bytes(15) + b"\x01 81"),
    ],
)
def test_a_proxy_connects_to_the_host_that_it_is_told(
    plain: int, url: str, asked: bytes, raw: bool
) -> None:
    proxy = SocksServer(plain)
    with serving(proxy) as where:
        result = ask(url, f"socks5h://{where}", raw=raw)
    assert isinstance(result, WireResponse)
    assert (result.status, result.body) == (407, b"ok")
    assert proxy.asked == [asked]


def test_a_host_is_looked_up_here_unless_the_proxy_shall_do_it(plain: int) -> None:
    proxy = SocksServer(plain)
    with serving(proxy) as where:
        assert isinstance(ask("http://localhost:81", f"socks5://{where}"), WireResponse)
    assert proxy.asked[0] in (bytes((127, 0, 0, 1)) + b" 81", bytes(15) + b"\x01 81")


@pytest.mark.parametrize("raw", [False, True])
def test_tls_is_spoken_with_the_server_behind_the_proxy(
    secure: str, certificate: Path, raw: bool
) -> None:
    with serving(SocksServer(int(secure.rpartition(":")[2]))) as where:
        tls = Tls(ca_file=str(certificate))
        result = ask("https://api.test", f"socks5h://{where}", raw=raw, tls=tls)
    assert isinstance(result, WireResponse)
    assert result.status == 204


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize(
    ("wanted", "credentials", "words"),
    [
        (b"ada:open:sesame", PAIR, ""),
        (b"ada:open:sesame", "", "it wants a user and password"),
        (b"ada:another", PAIR, "it refuses the user or the password"),
    ],
)
def test_a_proxy_gets_the_password_that_it_wants(
    plain: int, wanted: bytes, credentials: str, words: str, raw: bool
) -> None:
    with serving(SocksServer(plain, wanted=wanted)) as where:
        proxy = f"socks5h://{where}"
        result = ask("http://api.test", proxy, raw=raw, credentials=credentials)
    if not words:
        assert isinstance(result, WireResponse)
        return
    assert isinstance(result, TransportError)
    assert f"the proxy {proxy} refuses the connection (407: {words})" in result.message
    assert "HTTPS_PROXY" in result.message


@pytest.mark.parametrize("raw", [False, True])
def test_a_proxy_that_refuses_says_why(plain: int, raw: bool) -> None:
    with serving(SocksServer(plain, refusal=4)) as where:
        result = ask("http://api.test", f"socks5h://{where}", raw=raw)
    assert isinstance(result, TransportError)
    assert "refuses the connection (host unreachable)" in result.message


class NoProxy(BaseRequestHandler):
    def handle(self) -> None:
        self.request.recv(10)
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize("raw", [False, True])
def test_what_is_no_socks_proxy_is_named(raw: bool) -> None:
    with serving(ThreadingTCPServer(("127.0.0.1", 0), NoProxy)) as where:
        result = ask("http://api.test", f"socks5h://{where}", raw=raw)
    assert isinstance(result, TransportError)
    words = "refuses the connection (it does not speak SOCKS5)"
    assert f"the proxy socks5h://{where} {words}" in result.message
