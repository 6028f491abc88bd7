"""Requests to the endpoints of an API besides its base URL: by TLS, and by plain HTTP."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from apicheck.model.exchange import Request, TransportErrorKind, Via
from apicheck.model.subject import RunContext
from apicheck.model.target import is_loopback
from apicheck.model.verdict import NotTested, NotTestedKind

UNHEARD = frozenset(
    {TransportErrorKind.REFUSED, TransportErrorKind.CLOSED, TransportErrorKind.UNCONNECTED,
     TransportErrorKind.PROTOCOL}
)  # fmt: skip
"""How plain HTTP ends where the port is closed, dropped by a firewall, or speaks another protocol:
the API does not see the request."""

NO_PLAIN_URL = NotTested(
    NotTestedKind.NEEDS_ENDPOINT,
    "the target file does not say where the API would be by plain HTTP",
    '[transport]\nplain_url = "http://staging.example.com"',
)
NO_HTTPS_URL = NotTested(
    NotTestedKind.NEEDS_ENDPOINT,
    "base_url is not https, and the target file does not say where the API is by TLS",
    '[transport]\nhttps_url = "https://staging.example.com"',
)
NO_EXPOSURE = NotTested(
    NotTestedKind.NEEDS_IDENTITY,
    "no credential is sent by plain HTTP, where others may read it on the way",
    "[transport]\nplain_credentials = true  # where they may become known",
)
CERTIFICATES_UNVERIFIED = NotTested(
    NotTestedKind.NEEDS_ENDPOINT,
    "the target file has certificates not verified",
    '[tls]\nca_file = "ca.pem"  # in place of verify = false',
)
MADE_UP = "apicheck-made-up-credential"
_PLACEHOLDER = "$APICHECK_"


def is_local(url: str) -> bool:
    """Whether a URL is on this machine."""
    return is_loopback(urlsplit(url).hostname or "")


def may_expose(context: RunContext) -> bool:
    """Whether credentials of the target may be sent by plain HTTP: on this machine, or by leave."""
    return context.endpoints.plain_credentials or is_local(context.endpoints.plain_url)


def send_by(request: Request, url: str, *, tls: str = "") -> Request:
    """The request by way of an endpoint. tls: the only version that the client offers."""
    return replace(request, via=Via(url, tls))


def with_made_up_credentials(request: Request) -> Request:
    """The request with credentials of the same form that nobody has."""
    made_up = (
        replace(one, value=one.value.partition(_PLACEHOLDER)[0] + MADE_UP)
        for one in request.credentials
    )
    return request.with_bad_credentials(*made_up) if request.credentials else request
