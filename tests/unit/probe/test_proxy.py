from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.model.target import Proxy, Tls
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import WireRequest, WireResponse, WireResult

PAIR = base64.b64encode(b"ada:open-sesame").decode()


class Plain(BaseHTTPRequestHandler):
    """An API that says which target it was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class ProxyServer(ThreadingHTTPServer):
    """A proxy that takes every host for one server of this machine."""

    daemon_threads = True

    def __init__(self, port: int, *, wanted: str = "", refuses: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Relay)
        self.port, self.wanted, self.refuses = port, wanted, refuses
        self.asked: list[str] = []


class Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ProxyServer

    def is_let_through(self) -> bool:
        self.server.asked.append(self.requestline)
        if self.server.wanted not in self.headers.get("Proxy-Authorization", ""):
            self.send_error(407)
        elif self.server.refuses:
            self.send_error(403)
        else:
            return True
        return False

    def do_CONNECT(self) -> None:
        if not self.is_let_through():
            return
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            self.send_response(200)
            self.end_headers()
            back = Thread(target=pass_on, args=(there, self.connection), daemon=True)
            back.start()
            pass_on(self.connection, there)
            back.join(5)
        self.close_connection = True

    def do_GET(self) -> None:
        if not self.is_let_through():
            return
        assert "://" in self.path
        parts = urlsplit(self.path)
        with socket.create_connection(("127.0.0.1", self.server.port)) as there:
            lines = f"GET {parts.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            there.sendall(lines.encode())
            pass_on(there, self.connection)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(10_000):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def plain() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    with serving(server):
        yield server.server_address[1]


def ask(url: str, proxy_url: str, tls: Tls | None = None, credentials: str = "") -> WireResult:
    transport = Transport(
        parse_origin(url),
        timeout_s=5,
        tls=tls,
        proxy=Proxy(proxy_url, "--proxy"),
        proxy_credentials=credentials,
    )
    try:
        return transport.send(WireRequest("GET", b"/things", ((b"Host", b"api.test"),)))
    finally:
        transport.close()


def test_plain_requests_are_forwarded(plain: int) -> None:
    proxy = ProxyServer(plain)
    with serving(proxy) as url:
        result = ask("http://api.test", url)
    assert isinstance(result, WireResponse)
    assert result.body == b"/things"
    assert proxy.asked == ["GET http://api.test:80/things HTTP/1.1"]


@pytest.mark.parametrize("how", ["library", "raw"])
def test_tls_goes_through_a_tunnel(secure: str, certificate: Path, how: str) -> None:
    proxy = ProxyServer(int(secure.rpartition(":")[2]))
    with serving(proxy) as url:
        transport = Transport(
            parse_origin("https://api.test"),
            timeout_s=5,
            tls=Tls(ca_file=str(certificate)),
            proxy=Proxy(url, "--proxy"),
        )
        request = WireRequest("GET", b"/", ((b"Host", b"api.test"),))
        assert transport.find_connection_error() is None
        sent = transport.send if how == "library" else None
        result = sent(request) if sent else transport.send_bytes(request.encode(), "GET")
        transport.close()
    assert isinstance(result, WireResponse)
    assert result.status == 204
    assert set(proxy.asked) == {"CONNECT api.test:443 HTTP/1.1"}


@pytest.mark.parametrize("target", ["http://api.test", "https://api.test"])
def test_a_proxy_that_wants_a_password_gets_it(plain: int, target: str) -> None:
    proxy = ProxyServer(plain, wanted=PAIR)
    with serving(proxy) as url:
        refused = ask(target, url)
        accepted = ask(target, url, credentials=PAIR)
    assert isinstance(refused, TransportError)
    assert f"the proxy {url} refuses the connection (407" in refused.message
    if target.startswith("http:"):
        assert isinstance(accepted, WireResponse)
    else:  # the proxy connects, and the server behind it speaks no TLS
        assert isinstance(accepted, TransportError)
        assert accepted.kind is TransportErrorKind.TLS


def test_a_proxy_that_refuses_is_named(plain: int) -> None:
    with serving(ProxyServer(plain, refuses=True)) as url:
        result = ask("https://api.test", url)
        transport = Transport(
            parse_origin("https://api.test"), timeout_s=5, proxy=Proxy(url, "--proxy")
        )
        error = transport.find_connection_error()
    assert isinstance(result, TransportError)
    assert f"the proxy {url} refuses the connection (403" in result.message
    assert error is not None
    assert f"the proxy {url} refuses the connection (403" in error.message


def test_a_proxy_that_is_not_there_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        transport = Transport(
            parse_origin("https://api.test"), timeout_s=5, proxy=Proxy(url, "--proxy")
        )
        error = transport.find_connection_error()
    assert error is not None
    assert f"the proxy {url} does not accept connections" in error.message


def test_bytes_that_a_proxy_would_refuse_itself_are_not_sent(plain: int) -> None:
    proxy = ProxyServer(plain)
    with serving(proxy) as url:
        transport = Transport(
            parse_origin("http://api.test"), timeout_s=5, proxy=Proxy(url, "--proxy")
        )
        result = transport.send_bytes(b"GET / HTTP/1.1\r\n\r\n", "GET")
    assert isinstance(result, TransportError)
    assert proxy.asked == []
