"""Writes bytes that no client library would send to a socket; h11 reads the response."""

from __future__ import annotations

import socket
import ssl
import time

import h11

from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.probe.wire import (
    HEADERS_CAP,
    BodyReader,
    Origin,
    WireResponse,
    WireResult,
    make_transport_error,
)

_CHUNK = 64 * 1024


def find_connection_error(
    origin: Origin, context: ssl.SSLContext | None, timeout_s: float
) -> TransportError | None:
    """Why no connection can be made, None when one can."""
    try:
        _connect(origin, context, time.monotonic() + timeout_s).close()
    except (OSError, ValueError) as error:
        return make_transport_error(kind_of(error), error)
    return None


def send(
    origin: Origin, context: ssl.SSLContext | None, data: bytes, method: str, timeout_s: float
) -> WireResult:
    """Write bytes to a new connection and read one response, all before the deadline."""
    deadline = time.monotonic() + timeout_s
    try:
        connection = _connect(origin, context, deadline)
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
            return _read_response(connection, method, deadline)
        except h11.RemoteProtocolError as error:
            return make_transport_error(TransportErrorKind.PROTOCOL, error)
        except OSError as error:
            return make_transport_error(kind_of(error), error)


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


def _connect(origin: Origin, context: ssl.SSLContext | None, deadline: float) -> socket.socket:
    connection = socket.create_connection(
        (origin.host, origin.port), timeout=_check_time_left(deadline)
    )
    if context is None:
        return connection
    try:
        connection.settimeout(_check_time_left(deadline))
        return context.wrap_socket(connection, server_hostname=origin.host)
    except BaseException:
        connection.close()
        raise


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
            return WireResponse(head.status_code, head.reason, fields, reader.body, reader.full)
        if isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            return make_transport_error(
                TransportErrorKind.PROTOCOL, "no response that HTTP/1.1 allows here"
            )
