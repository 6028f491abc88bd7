"""A header field that is promised to come back as it was sent does so."""

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
from apicheck.checks.headers._rules import applies_where, describe_field, due_where, find_promises


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Compare each field that is promised to come back with the one that was sent."""
    for fact, header, promise in find_promises(context, exchange):
        sent = None if promise.echo is None else exchange.request.header(promise.echo)
        if sent is None:
            continue
        wrong = None
        if ", ".join(exchange.received.header_values(header)) != sent:
            expected, actual = f"{header}: {sent}, as sent", describe_field(exchange, header)
            wrong = Failure("not-echoed", expected, actual, header, exchange.id)
        yield fact, wrong


CHECK = Check(
    title="A correlation id comes back as it was sent",
    failure_title="A correlation id does not come back as it was sent",
    applies=applies_where(
        lambda promise: promise.echo,
        "the policy promises no header field to come back as it was sent",
    ),
    fold=folds.per_exchange(inspect, of_accepted=due_where(lambda promise: promise.echo)),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(Outcome("not-echoed", Severity.LOW),),
    proven_by={"not-echoed": ("headers/changes-correlation-id", "headers/cuts-correlation-id")},
)
