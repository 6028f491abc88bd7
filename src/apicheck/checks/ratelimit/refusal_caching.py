"""No cache may keep a 429: nothing in it allows that."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    NotApplicable,
    Outcome,
    Response,
    Severity,
    Subject,
    fields,
)
from apicheck.authoring.fields import parse_count, split_list
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, per_response

TOO_MANY = 429
_CACHEABLE = ("GET", "HEAD")
"""Methods whose responses caches keep without being told more (RFC 9110, section 9.2.3)."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy has limits."""
    if subject.facts.rate_limits is not None:
        return Applies()
    return NotApplicable("the policy promises no limit")


def judge(counted: Counted) -> Iterator[Failure | None]:
    """Each 429 to a GET or HEAD is one test."""
    exchange = counted.exchange
    if exchange.status != TOO_MANY or exchange.request.method not in _CACHEABLE:
        return
    said = _find_permission(exchange.received)
    expected = "no-store, or nothing that lets a cache keep a 429"
    yield Failure("storable", expected, said, said, exchange.id) if said else None


def _find_permission(response: Response) -> str:
    """The field that makes a response fresh for a while; "" where it has none, or no-store.

    Without one, no cache keeps a 429: it is not among the statuses that are cacheable by
    themselves (RFC 9110, section 15.1; RFC 9111, section 4.2.2).
    """
    directives: dict[str, str] = {}
    for member in split_list(", ".join(response.header_values("Cache-Control"))):
        name, _, value = member.partition("=")
        directives.setdefault(name.strip().lower(), value.strip().strip('"'))
    if "no-store" in directives or "no-cache" in directives:
        return ""
    for name in ("s-maxage", "max-age"):
        if name in directives:
            value = directives[name]
            return f"Cache-Control: {name}={value}" if parse_count(value) else ""
    expires = fields.parse_http_date(response.header("Expires") or "")
    now = fields.parse_http_date(response.header("Date") or "")
    late = expires is not None and now is not None and expires > now
    return f"Expires: {response.header('Expires')}" if late else ""


CHECK = Check(
    title="Nothing in a 429 lets a cache keep it",
    failure_title="A 429 lets caches keep it and refuse later requests with it",
    applies=applies,
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits",),
    standards=("rfc6585#4", "rfc9111#4.2"),
    outcomes=(Outcome("storable", Severity.MEDIUM),),
    proven_by={"storable": ("ratelimit/refusal-is-cacheable",)},
)
