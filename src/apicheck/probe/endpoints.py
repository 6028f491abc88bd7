"""Sends requests to the endpoints of a target besides its base URL: by TLS, and by plain HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.exchange import Request, TransportErrorKind, Via
from apicheck.model.target import Target, is_loopback
from apicheck.model.verdict import NotTestedKind
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.placeholders import placeholders_in
from apicheck.probe.serialize import serialize_request
from apicheck.probe.transport import Transport, parse_origin
from apicheck.probe.wire import WireResult, make_transport_error

_LONGEST_S = 5.0
"""For an exchange: a firewall that drops connections lets a client wait for as long as it likes."""
_UNSEEN = "a proxy reads plain HTTP on the way: what the API would do cannot be seen"
_OF_PROXIES = ("forwarded", "x-forwarded-proto", "x-forwarded-scheme", "x-forwarded-ssl")
"""Fields by which the target file declares that TLS has ended before the base URL."""


class EndpointSender:
    """Sends requests that name an endpoint.

    base: the connections to the base URL. connect: those to another URL, with a time limit.
    """

    def __init__(
        self,
        target: Target,
        base: Transport,
        connect: Callable[[str, float], Transport],
        timeout_s: float,
    ) -> None:
        self.base = base
        self._target = target
        self._connect = connect
        self._timeout_s = min(timeout_s, _LONGEST_S)

    def refuse(self, request: Request, via: Via) -> ProbeStopped | None:
        """Why a request may not be sent: its endpoint is no one's, or would expose its secrets."""
        if via.url not in self._target.endpoints.urls:
            words = f"{via.url} is not among the endpoints of the target"
            return ProbeStopped.not_tested(NotTestedKind.NEEDS_ENDPOINT, words)
        exposes = via.is_plain and not is_loopback(parse_origin(via.url).host)
        if exposes and not self._target.endpoints.plain_credentials and _has_secret(request):
            return ProbeStopped.not_tested(
                NotTestedKind.NEEDS_IDENTITY,
                "no credential is sent by plain HTTP, where others may read it on the way",
                "[transport]\nplain_credentials = true  # where they may become known",
            )
        return None

    def add_headers(self, via: Via) -> tuple[tuple[str, str], ...]:
        """The operator's header fields that go to an endpoint: by TLS only, and none of a proxy."""
        if via.is_plain:
            return ()
        return tuple(pair for pair in self._target.headers if pair[0].lower() not in _OF_PROXIES)

    def send(self, request: Request, via: Via, secrets: Mapping[str, str]) -> WireResult:
        """Send a request: by TLS on a connection of its own, by plain HTTP on a kept one."""
        transport = self._connect(via.url, self._timeout_s)
        wire = serialize_request(request, transport.origin, secrets)
        if not via.is_plain:
            return transport.send_bytes(wire.encode(), request.method, tls=via.tls)
        if transport.proxy_url:
            return make_transport_error(TransportErrorKind.OTHER, _UNSEEN)
        return transport.send(wire)


def _has_secret(request: Request) -> bool:
    texts = [request.wire_target, *(value for _, value in request.wire_headers)]
    texts.append((request.body or b"").decode("utf-8", "replace"))
    return any(placeholders_in(text) for text in texts)
