"""Sends a request to an origin. Returns a response or a transport error, and never raises.

Built on httpcore, the part of httpx that does the work: it follows no redirect, keeps no
cookie, and sends header fields and targets as they are.
"""

from __future__ import annotations

import base64
import ssl
import threading
import time
from dataclasses import replace
from urllib.parse import urlsplit

import httpcore

from apicheck.model.errors import TargetError
from apicheck.model.exchange import TransportError, TransportErrorKind
from apicheck.model.operation import SAFE_METHODS
from apicheck.model.target import Proxy, Tls
from apicheck.probe import raw
from apicheck.probe.sockets import Backend, has_unasked_bytes, progress
from apicheck.probe.socks import SCHEMES
from apicheck.probe.tls import build_context, build_version_context
from apicheck.probe.wire import (
    BODY_CAP,
    HTTP_2,
    BodyReader,
    Origin,
    ProxyRoute,
    Route,
    WireRequest,
    WireResponse,
    WireResult,
    make_transport_error,
)

_IDEMPOTENT = (*SAFE_METHODS, "PUT", "DELETE")
_PROXY_AUTHENTICATION = 407
_ONLY_PLAIN = "a proxy would refuse such a request itself, before the API sees it"
_SOCKS_PORT = 1080
_KEPT_FOR_S = 3.0
"""Shorter than servers keep an idle connection, so that a request seldom meets a closed one."""


def parse_origin(url: str) -> Origin:
    """The origin and path of a URL. Raises TargetError when it is not an HTTP URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetError(f"{url!r} is not a URL: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise TargetError(f"{url!r} is not an http or https URL with a host")
    try:
        parts.hostname.encode("idna")
    except UnicodeError:
        raise TargetError(f"{url!r} has an invalid host name") from None
    usual = 443 if parts.scheme == "https" else 80
    return Origin(parts.scheme, parts.hostname, port or usual, parts.path.rstrip("/"))


_Sender = httpcore.HTTPConnection | httpcore.HTTPProxy


def _name_origin(origin: Origin) -> httpcore.Origin:
    return httpcore.Origin(origin.scheme.encode(), origin.host.encode("idna"), origin.port)


class Transport:
    """Connections to one origin.

    timeout_s: for a whole exchange, from connecting to the last byte of the response.
    proxy: on the way there; proxy_credentials: for it, as the Basic scheme writes them. body_cap:
    how many bytes of a body are kept.
    """

    def __init__(
        self,
        origin: Origin,
        *,
        timeout_s: float,
        tls: Tls | None = None,
        proxy: Proxy | None = None,
        proxy_credentials: str = "",
        body_cap: int = BODY_CAP,
    ) -> None:
        self.origin = origin
        self._where = _name_origin(origin)
        self._body_cap = body_cap
        self._timeout_s = timeout_s
        self._tls = tls or Tls()
        context = build_context(tls or Tls()) if origin.scheme == "https" else None
        before = _build_proxy_route(proxy, proxy_credentials, tls or Tls()) if proxy else None
        self._route = Route(origin, context, before)
        # A connection for each thread and protocol: a pool for all makes every thread wait for its
        # lock, and looks at every idle connection before each request.
        self._kept: dict[tuple[int, bool], _Sender] = {}

    def close(self) -> None:
        """Close every connection."""
        for sender in self._kept.values():
            sender.close()

    def _get_sender(self, *, http2: bool) -> _Sender:
        """The connection of the calling thread; a new one where that is over."""
        kept = threading.get_ident(), http2
        sender = self._kept.get(kept)
        if sender is None or _is_over(sender):
            if sender is not None:
                sender.close()
            sender = self._kept[kept] = _build_sender(self._build_route(http2=http2), http2=http2)
        return sender

    def _build_route(self, *, http2: bool) -> Route:
        """The way to the origin; a context of TLS offers either HTTP/2 or not."""
        context = build_context(self._tls) if http2 and self._route.context else self._route.context
        return replace(self._route, context=context)

    @property
    def proxy_url(self) -> str:
        """The URL of the proxy on the way, without credentials; "" without one."""
        return str(self._route.proxy.origin) if self._route.proxy else ""

    def find_connection_error(self) -> TransportError | None:
        """Why no connection can be made, None when one can."""
        return raw.find_connection_error(self._route, self._timeout_s)

    def speaks_tls(self) -> bool:
        """Whether the server of a plain origin wants TLS."""
        context = build_context(Tls(verify=False))
        return raw.find_connection_error(Route(self.origin, context), self._timeout_s) is None

    def send(self, request: WireRequest) -> WireResult:
        """Send a request, and once more where the connection closed before the response."""
        if not request.plain:
            if not request.sendable:
                return make_transport_error(
                    TransportErrorKind.OTHER, "a header field with a line break cannot be sent"
                )
            return self.send_bytes(request.encode(), request.method)
        deadline = time.monotonic() + self._timeout_s
        result = self._send(request, deadline)
        if _is_closed(result) and _may_be_sent_again(request.method):
            again = self._send(request, deadline)
            # A refusal means that the server is gone by now: the closed connection says more.
            if not _is_refused(again):
                result = again
        return result

    def send_bytes(self, data: bytes, method: str, *, tls: str = "") -> WireResult:
        """Write bytes to a new connection, and read the response.

        tls: the only version that the client offers; "" for any, and a valid certificate.
        """
        route = self._route
        if route.proxy and not route.tunnelled:
            return make_transport_error(TransportErrorKind.OTHER, _ONLY_PLAIN)
        if tls:
            try:
                route = replace(route, context=build_version_context(self._tls, tls))
            except ssl.SSLError as error:
                words = f"this machine cannot offer TLS {tls}: {error}"
                return make_transport_error(TransportErrorKind.OTHER, words)
        return raw.send(route, data, method, self._timeout_s)

    def _send(self, request: WireRequest, deadline: float) -> WireResult:
        progress.begin(deadline)
        where = self._where
        url = httpcore.URL(
            scheme=where.scheme, host=where.host, port=where.port, target=request.target
        )
        wire = httpcore.Request(
            method=request.method.encode(),
            url=url,
            headers=list(request.headers),
            content=request.body,
            extensions={"timeout": {"pool": max(0.01, deadline - time.monotonic())}},
        )
        sender = self._get_sender(http2=request.version == HTTP_2)
        unasked = False
        try:
            response = sender.handle_request(wire)
            try:
                proxy = None if self._route.tunnelled else self._route.proxy
                if response.status == _PROXY_AUTHENTICATION and proxy:
                    refusal = raw.describe_refusal(proxy, str(response.status))
                    return make_transport_error(TransportErrorKind.OTHER, refusal)
                received = _read_response(response, self._body_cap)
                unasked = received.unasked
                return received
            finally:
                response.close()
                if unasked:
                    sender.close()
        except httpcore.ProxyError as error:
            assert self._route.proxy is not None
            refusal = raw.describe_refusal(self._route.proxy, str(error))
            return make_transport_error(TransportErrorKind.OTHER, refusal)
        except _FAILURES as error:
            return make_transport_error(_kind_of(error), error or type(error).__name__)


def _read_response(response: httpcore.Response, body_cap: int) -> WireResponse:
    headers = tuple(response.headers)
    encoding = next((value for name, value in headers if name.lower() == b"content-encoding"), b"")
    reader = BodyReader(encoding, body_cap)
    for chunk in response.iter_stream():
        reader.feed(chunk)
        if reader.full:
            break
    reason = response.extensions.get("reason_phrase", b"")
    unasked = not reader.full and has_unasked_bytes(response)
    return WireResponse(response.status, reason, headers, reader.body, reader.full, unasked)


def _may_be_sent_again(method: str) -> bool:
    """Whether the latest request of this thread may be sent once more, after its connection closed.

    One that is not idempotent only where the server had most likely closed a kept connection
    before it read the request (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1).
    """
    if method in SAFE_METHODS:
        return True
    return not progress.heard and (method in _IDEMPOTENT or not progress.connected)


def _is_closed(result: WireResult) -> bool:
    return not isinstance(result, WireResponse) and result.kind is TransportErrorKind.CLOSED


def _is_refused(result: WireResult) -> bool:
    return not isinstance(result, WireResponse) and result.kind is TransportErrorKind.REFUSED


_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
    ValueError,
)


def _kind_of(error: Exception) -> TransportErrorKind:
    # A handshake that takes too long is a ConnectTimeout as well.
    if isinstance(error, httpcore.ConnectTimeout) and not progress.connected:
        return TransportErrorKind.UNCONNECTED
    if isinstance(error, httpcore.TimeoutException):
        return TransportErrorKind.TIMEOUT
    if isinstance(error, httpcore.ConnectError):
        return raw.kind_of(error.__cause__ or error.__context__ or error)
    if isinstance(error, httpcore.RemoteProtocolError):
        closed = "disconnected" in str(error) or "closed connection" in str(error)
        return TransportErrorKind.CLOSED if closed else TransportErrorKind.PROTOCOL
    if isinstance(error, httpcore.NetworkError):
        return TransportErrorKind.CLOSED
    return TransportErrorKind.OTHER


def _is_over(sender: _Sender) -> bool:
    """Whether a connection was closed, or kept for too long; a proxy's pool sees to that itself."""
    return isinstance(sender, httpcore.HTTPConnection) and (
        sender.is_closed() or sender.has_expired()
    )


def _build_sender(route: Route, *, http2: bool) -> _Sender:
    """A connection to an origin, or a pool of one where an HTTP proxy is on the way.

    http2: speak HTTP/2 where the server offers it.
    """
    if route.proxy is None or route.proxy.speaks_socks:
        return httpcore.HTTPConnection(
            _name_origin(route.origin),
            ssl_context=route.context,
            keepalive_expiry=_KEPT_FOR_S,
            network_backend=Backend(route.proxy),
            http2=http2,
        )
    return httpcore.HTTPProxy(
        str(route.proxy.origin),
        proxy_headers=route.proxy.headers,
        proxy_ssl_context=route.proxy.context,
        ssl_context=route.context,
        max_connections=1,
        keepalive_expiry=_KEPT_FOR_S,
        network_backend=Backend(),
        http2=http2,
    )


def _build_proxy_route(proxy: Proxy, credentials: str, tls: Tls) -> ProxyRoute:
    parts = urlsplit(proxy.url)
    if parts.scheme in SCHEMES and parts.hostname:
        where = Origin(parts.scheme, parts.hostname, parts.port or _SOCKS_PORT)
        return ProxyRoute(where, login=base64.b64decode(credentials))
    origin = parse_origin(proxy.url)
    authorization = (b"Proxy-Authorization", f"Basic {credentials}".encode())
    return ProxyRoute(
        origin,
        build_context(Tls(ca_file=tls.ca_file)) if origin.scheme == "https" else None,
        (authorization,) if credentials else (),
    )
