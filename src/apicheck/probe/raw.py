"""Writes bytes that no client library would send to a socket; h11 reads the response."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import replace

import h11

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.probe.socks import SocksError, ask_for_connection
from apicheck.probe.wire import (
    HEADERS_CAP,
    BodyReader,
    Origin,
    ProxyRoute,
    Route,
    WireResponse,
    WireResult,
    make_transport_error,
)

_CHUNK = 64 * 1024


def find_connection_error(route: Route, timeout_s: float) -> TransportError | None:
    """Why no connection can be made, None when one can."""
    try:
        _connect(route, time.monotonic() + timeout_s).close()
    except (OSError, ValueError) as error:
        return make_transport_error(kind_of(error), error)
    return None


def send(route: Route, data: bytes, method: str, timeout_s: float) -> WireResult:
    """Write bytes to a new connection and read one response, all before the deadline."""
    deadline = time.monotonic() + timeout_s
    try:
        connection = _connect(route, deadline)
    except (OSError, ValueError) as error:
        return make_transport_error(kind_of(error), error)
    with connection:
        try:
            connection.settimeout(_check_time_left(deadline))
            connection.sendall(data)
        except TimeoutError as error:
            return make_transport_error(TransportErrorKind.TIMEOUT, error)
        except OSError:
            pass  # the server may have responded before it closed
        try:
            result = _read_response(connection, method, deadline)
        except h11.RemoteProtocolError as error:
            return make_transport_error(TransportErrorKind.PROTOCOL, error)
        except OSError as error:
            return make_transport_error(kind_of(error), error)
        if isinstance(connection, ssl.SSLSocket) and isinstance(result, WireResponse):
            result = replace(result, tls_version=connection.version() or "")
        return result


def kind_of(error: BaseException) -> TransportErrorKind:
    """The kind of an error of the socket layer, as it is recorded."""
    if isinstance(error, TimeoutError):
        return TransportErrorKind.TIMEOUT
    if isinstance(error, socket.gaierror):
        return TransportErrorKind.DNS
    if isinstance(error, ssl.SSLError | ssl.CertificateError):
        return TransportErrorKind.TLS
    if isinstance(error, ConnectionRefusedError):
        return TransportErrorKind.REFUSED
    if isinstance(error, ConnectionError):
        return TransportErrorKind.CLOSED
    return TransportErrorKind.OTHER


def _check_time_left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("no complete response within the time for one exchange")
    return seconds


def _connect(route: Route, deadline: float) -> socket.socket:
    """Connect to the origin, through the tunnel of a proxy where there is one."""
    proxy = route.proxy
    nearest = proxy.origin if proxy else route.origin
    connection: socket.socket
    try:
        connection = socket.create_connection(
            (nearest.host, nearest.port), timeout=_check_time_left(deadline)
        )
    except OSError as error:
        if proxy is None:
            raise
        raise OSError(f"the proxy {proxy.origin} does not accept connections: {error}") from error
    try:
        if proxy and proxy.context:
            connection = proxy.context.wrap_socket(connection, server_hostname=nearest.host)
        if proxy and proxy.speaks_socks:
            _ask_by_socks(connection, route.origin, proxy, deadline)
        elif proxy and route.tunnelled:
            _ask_for_tunnel(connection, route.origin, proxy, deadline)
        if route.context is None:
            return connection
        connection.settimeout(_check_time_left(deadline))
        return route.context.wrap_socket(connection, server_hostname=route.origin.host)
    except BaseException:
        connection.close()
        raise


def _ask_for_tunnel(
    connection: socket.socket, origin: Origin, proxy: ProxyRoute, deadline: float
) -> None:
    """CONNECT (RFC 9110 section 9.3.6). Raises OSError when the proxy refuses."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    where = f"{host}:{origin.port}".encode()
    fields = b"".join(b"%s: %s\r\n" % pair for pair in ((b"Host", where), *proxy.headers))
    connection.settimeout(_check_time_left(deadline))
    connection.sendall(b"CONNECT %s HTTP/1.1\r\n%s\r\n" % (where, fields))
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEADERS_CAP:
        connection.settimeout(_check_time_left(deadline))
        # One byte at a time: what follows the empty line belongs to the origin.
        if not (data := connection.recv(1)):
            break
        head += data
    status = head.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")[2]
    if not status.startswith("2"):
        raise OSError(describe_refusal(proxy, status or "no response"))


def _ask_by_socks(
    connection: socket.socket, origin: Origin, proxy: ProxyRoute, deadline: float
) -> None:
    """Ask a SOCKS proxy for the connection. Raises OSError when it refuses."""

    def read(count: int) -> bytes:
        connection.settimeout(_check_time_left(deadline))
        return connection.recv(count)

    try:
        ask_for_connection(proxy, origin.host, origin.port, read, connection.sendall)
    except SocksError as error:
        raise OSError(describe_refusal(proxy, str(error))) from error


def describe_refusal(proxy: ProxyRoute, status: str) -> str:
    """Say that a proxy refuses a connection, and what helps."""
    hint = ": give its user and password in the URL of HTTPS_PROXY" if "407" in status else ""
    return f"the proxy {proxy.origin} refuses the connection ({status}){hint}"


def _read_response(connection: socket.socket, method: str, deadline: float) -> WireResult:
    parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEADERS_CAP)
    # h11 reads a response only after a request; which one matters for HEAD and CONNECT alone.
    assumed = method if method in ("HEAD", "CONNECT") else "GET"
    parser.send(h11.Request(method=assumed, target="/", headers=[("Host", "x")]))
    parser.send(h11.EndOfMessage())
    head: h11.Response | None = None
    reader = BodyReader(b"")
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            connection.settimeout(_check_time_left(deadline))
            data = connection.recv(_CHUNK)
            if not data and parser.their_state is h11.SEND_RESPONSE:
                return make_transport_error(TransportErrorKind.CLOSED, "closed without a response")
            parser.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
            headers = dict(event.headers)
            reader = BodyReader(headers.get(b"content-encoding", b""))
        elif isinstance(event, h11.Data):
            reader.feed(bytes(event.data))
        elif isinstance(event, h11.InformationalResponse) and event.status_code != 101:
            continue
        if head is not None and (reader.full or isinstance(event, h11.EndOfMessage)):
            fields = tuple(head.headers.raw_items())
            unasked = not reader.full and bool(parser.trailing_data[0])
            return WireResponse(
                head.status_code, head.reason, fields, reader.body, reader.full, unasked
            )
        if isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            return make_transport_error(
                TransportErrorKind.PROTOCOL, "no response that HTTP/1.1 allows here"
            )
