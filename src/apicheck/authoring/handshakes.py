"""How attempts to connect by TLS end, as this machine's TLS library puts it."""

from __future__ import annotations

from apicheck.authoring.endpoints import send_by
from apicheck.model.exchange import Exchange, Request, TransportErrorKind

BUSY = frozenset({429, *range(500, 600)})
"""Statuses that say nothing of the connection on which they came."""
_REFUSALS = ("alert", "eof", "handshake failure", "protocol version")
_WORDS = (
    ("not-valid-now", ("expired", "not yet valid")),
    ("other-name", ("hostname mismatch", "ip address mismatch", "doesn't match", "name mismatch")),
)


def request_root(url: str, tls: str = "") -> Request:
    """A request without a credential, for what it shows of the connection."""
    return send_by(Request("GET", "/"), url, tls=tls)


def is_refused(exchange: Exchange) -> bool:
    """Whether the server refused a handshake; an error on this side is no refusal."""
    error = exchange.error
    if error is None:
        return False
    said = error.message.lower().replace("_", " ")
    in_words = error.kind is TransportErrorKind.TLS and any(word in said for word in _REFUSALS)
    return in_words or error.kind is TransportErrorKind.CLOSED


def explain(exchange: Exchange) -> str:
    """Why there was no response, as the library says it; the status where there was one."""
    if exchange.error is None:
        return str(exchange.status)
    return exchange.error.message or exchange.error.kind.value


def find_certificate_problem(exchange: Exchange) -> str:
    """The outcome for a certificate that was not accepted; "" where it was not the reason."""
    error = exchange.error
    said = error.message.lower().replace("_", " ") if error else ""
    if error is None or error.kind is not TransportErrorKind.TLS or "certificate" not in said:
        return ""
    if "alert" in said:
        return ""  # the server speaks of the client's certificate
    return next((name for name, words in _WORDS if any(w in said for w in words)), "not-trusted")
