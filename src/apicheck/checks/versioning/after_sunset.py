"""A deprecated operation is gone from its sunset on, as the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    describe,
    fields,
    folds,
    judging,
)
from apicheck.checks.versioning._lifecycle import (
    FACT,
    applies_where,
    fail,
    find_covering,
    read_moment,
)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """After the sunset, the promised response keeps the promise and a success breaks it."""
    now = read_moment(exchange)
    for item in find_covering(context, exchange) if now is not None else ():
        span = fields.parse_instant(item.sunset)
        if span is None or item.gone is None or now is None or now <= span[1]:
            continue
        if exchange.received.succeeded:
            due = f"{judging.expected_text(item.gone)} after the sunset, {item.sunset}"
            yield FACT, fail(exchange, "served", due, describe(exchange))
        elif exchange.status in item.gone.statuses:
            yield FACT, None


CHECK = Check(
    title="A deprecated operation is gone after its sunset",
    failure_title="A deprecated operation is served after its sunset",
    applies=applies_where(
        lambda item: item.sunset and item.gone,
        "no deprecation of the policy says what comes after its sunset (gone)",
    ),
    fold=folds.per_exchange(inspect, at_any_time=True),
    reads=(FACT,),
    standards=("rfc8594#3", "rfc9110#15.5.11"),
    triggered_by=("versioning/sunset-day",),
    outcomes=(Outcome("served", Severity.LOW),),
    proven_by={"served": ("versioning/served-after-its-sunset",)},
)
