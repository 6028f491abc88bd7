"""Responses of a deprecated operation say when it ends."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    FACT,
    applies_to_standard_fields,
    fail,
    format_http_date,
    is_at,
    list_due_by_standard,
    read_sunset,
)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every response that announces an end, or must, is one test of the promise."""
    for item in list_due_by_standard(context, exchange):
        if item.sunset or exchange.received.header("Sunset") is not None:
            yield FACT, _judge(item, exchange)


def _judge(item: Deprecation, exchange: Exchange) -> Failure | None:
    value = exchange.received.header("Sunset")
    due = f"Sunset: {format_http_date(item.sunset)}"
    if value is None:
        return fail(exchange, "absent", due, "no Sunset field")
    moment = read_sunset(exchange)
    if moment is None:
        due = f"{due} (an HTTP date: RFC 8594, section 3)"
        return fail(exchange, "malformed", due, f"Sunset: {value}")
    if not is_at(moment, item.sunset):
        return fail(exchange, "differs", due, f"Sunset: {value}")
    return None


CHECK = Check(
    title="Responses of a deprecated operation say when it ends",
    failure_title="Responses of a deprecated operation do not say when it ends",
    applies=applies_to_standard_fields,
    fold=folds.per_exchange(inspect),
    reads=(FACT,),
    standards=("rfc8594#3", "rfc9110#5.6.7"),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("differs", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("versioning/omits-sunset",),
        "malformed": ("versioning/sunset-iso",),
        "differs": ("versioning/sunset-differs",),
    },
)
