"""A deprecated operation is served until its sunset."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Caller,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Outcome,
    Role,
    RunContext,
    Severity,
    describe,
    fields,
    folds,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    FACT,
    applies_where,
    fail,
    find_covering,
    read_moment,
)

_GONE, _ABSENT = 410, 404
_MOVED = (301, 308)


def inspect(
    context: RunContext, exchange: Exchange
) -> Iterator[tuple[str, Failure | Inconclusive | None]]:
    """A success before the sunset keeps the promise; 410 and a permanent redirect break it."""
    for item in find_covering(context, exchange):
        span, now = fields.parse_instant(item.sunset), read_moment(exchange)
        if span is None or (now is not None and now >= span[0]):
            continue
        if exchange.received.succeeded:
            yield FACT, None
        elif outcome := _find_ending(context, exchange):
            yield FACT, _judge(item, exchange, outcome, dated=now is not None)
        elif _is_missing(context, exchange):
            words = f"{describe(exchange)} for the canonical request: gone, or never there"
            yield FACT, Inconclusive(words)


def _find_ending(context: RunContext, exchange: Exchange) -> str:
    """Find what tells that the operation is not served any more; "" where nothing does."""
    if exchange.status == _GONE:
        return "gone"
    operation, caller = exchange.request.operation, exchange.request.caller
    if exchange.status not in _MOVED or not operation:
        return ""
    if operation in context.secured and caller is not Caller.AUTHENTICATED:
        return ""
    documented = {one.status for one in context.spec.operation(operation).responses}
    target = fields.split_url(exchange.received.header("Location") or "", exchange.request.path)
    elsewhere = target is not None and target.path != exchange.request.path
    return "moved" if elsewhere and documented.isdisjoint({str(exchange.status), "3XX"}) else ""


def _judge(
    item: Deprecation, exchange: Exchange, outcome: str, *, dated: bool
) -> Failure | Inconclusive:
    if not dated:
        return Inconclusive(f"{describe(exchange)} without Date: nobody can tell when it was sent")
    due = f"the operation until its sunset, {item.sunset}"
    location = exchange.received.header("Location") if outcome == "moved" else ""
    actual = f"{describe(exchange)}, to {location}" if location else describe(exchange)
    return fail(exchange, outcome, due, actual)


def _is_missing(context: RunContext, exchange: Exchange) -> bool:
    """Whether the canonical request of an operation that names no object found nothing."""
    operation = exchange.request.operation
    return (
        exchange.status == _ABSENT
        and exchange.role in (Role.CONTROL, Role.ATTEMPT)
        and bool(operation)
        and "{" not in context.spec.operation(operation).path
    )


CHECK = Check(
    title="A deprecated operation is served until its sunset",
    failure_title="A deprecated operation is not served until its sunset",
    applies=applies_where(lambda item: item.sunset, "no deprecation of the policy has a sunset"),
    fold=folds.per_exchange(inspect, at_any_time=True),
    reads=(FACT,),
    standards=("rfc9745#5", "rfc8594#3"),
    outcomes=(Outcome("gone", Severity.HIGH), Outcome("moved", Severity.MEDIUM)),
    proven_by={
        "gone": ("versioning/gone-before-its-sunset",),
        "moved": ("versioning/moved-before-its-sunset",),
    },
)
