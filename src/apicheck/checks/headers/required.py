"""Responses have the header fields that are promised."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    folds,
)
from apicheck.authoring.facts import HeaderRule
from apicheck.checks.headers._rules import applies_where, describe_field, due_where, find_promises


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Look for each header field that must be present."""
    for fact, header, promise in find_promises(context, exchange):
        if not _is_required(promise, exchange):
            continue
        wrong = None
        if exchange.received.header(header) is None:
            actual = describe_field(exchange, header)
            wrong = Failure("absent", f"a {header} field", actual, header, exchange.id)
        yield fact, wrong


def _may_be_required(promise: HeaderRule) -> bool:
    """Whether the field must be present, and no other check of the family always looks for it."""
    return not (promise.optional or promise.unique or promise.within_s is not None)


def _is_required(promise: HeaderRule, exchange: Exchange) -> bool:
    """Whether the field must be present, and no other check of the family looks for it."""
    echoed = promise.echo is not None and exchange.request.header(promise.echo) is not None
    return _may_be_required(promise) and not echoed


CHECK = Check(
    title="Promised header fields are present",
    failure_title="A promised header field is missing",
    applies=applies_where(
        _may_be_required, "every header field that the policy promises is judged by another check"
    ),
    fold=folds.per_exchange(inspect, of_accepted=due_where(_may_be_required)),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(Outcome("absent", Severity.MEDIUM),),
    proven_by={"absent": ("headers/omits-required",)},
)
