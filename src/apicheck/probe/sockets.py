"""The sockets of the HTTP library: what they obey, and how far the exchange of a thread is."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore

from apicheck.probe.socks import SocksError, ask_for_connection
from apicheck.probe.wire import ProxyRoute


class Progress(threading.local):
    """How far the exchange of this thread is.

    at: when it must be over, on the monotonic clock. connected: it made a connection of its own.
    heard: something of a response has come.
    """

    at = float("inf")
    connected = False
    heard = False

    def begin(self, at: float) -> None:
        """Note that a request is sent."""
        self.at, self.connected, self.heard = at, False, False

    def note_connection(self) -> None:
        """Note that there is a connection; what a proxy said before is no response."""
        self.connected, self.heard = True, False

    def check_left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout when none are."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("no complete response within the time for one exchange")
        return seconds


progress = Progress()


def has_unasked_bytes(response: httpcore.Response) -> bool:
    """Whether bytes came behind a response that was read to its end.

    They are no response to the next request (RFC 9112 section 9.2), but the HTTP library has read
    some of them already, and offers no way to see that: hence the look at its parser. HTTP/2 names
    the request of every byte.
    """
    if response.extensions.get("http_version") == b"HTTP/2":
        return False
    stream: Any = response.stream
    stream = getattr(stream, "_stream", stream)  # of a pool
    left_over, _ = stream._connection._h11_state.trailing_data  # noqa: SLF001  (above)
    connection = response.extensions["network_stream"]
    return bool(left_over) or (isinstance(connection, _Stream) and connection.has_more())


class Backend(httpcore.SyncBackend):
    """Sockets that obey the deadline of the exchange instead of a time-out for each read.

    proxy: a SOCKS proxy that makes the connections.
    """

    def __init__(self, proxy: ProxyRoute | None = None) -> None:
        self._proxy = proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host, or make the proxy do it."""
        del timeout
        left, proxy = progress.check_left(), self._proxy
        there = (proxy.origin.host, proxy.origin.port) if proxy else (host, port)
        stream = _Stream(super().connect_tcp(*there, left, local_address, socket_options))
        if proxy is not None:
            try:
                ask_for_connection(proxy, host, port, stream.read, stream.write)
            except SocksError as error:
                stream.close()
                raise httpcore.ProxyError(str(error)) from error
        progress.note_connection()
        return stream


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        data = self._inner.read(max_bytes, progress.check_left())
        progress.heard = progress.heard or bool(data)
        return data

    def has_more(self) -> bool:
        """Whether a byte has come that nobody has read; a connection with one is of no more use."""
        if not self.get_extra_info("is_readable"):
            return False
        try:
            return bool(self._inner.read(1, 0))
        except (httpcore.ReadTimeout, httpcore.ReadError):
            return False  # it was closed, or what came is not the server's but of TLS

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._inner.write(buffer, progress.check_left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        del timeout
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, progress.check_left()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
