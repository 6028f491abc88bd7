"""Responses of a deprecated operation say since when it is deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    fields,
    folds,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    FACT,
    applies_to_standard_fields,
    fail,
    format_structured_date,
    is_at,
    list_due_by_standard,
)

_LEGACY = ("true", "?1")
"""What drafts of RFC 9745 had beside HTTP dates."""


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every response that announces a deprecation is one test of the promise."""
    for item in list_due_by_standard(context, exchange):
        yield FACT, _judge(item, exchange)


def _judge(item: Deprecation, exchange: Exchange) -> Failure | None:
    value = exchange.received.header("Deprecation")
    due = f"Deprecation: {format_structured_date(item.since)}"
    if value is None:
        return fail(exchange, "absent", due, "no Deprecation field")
    moment = fields.parse_structured_date(value)
    if moment is not None:
        differs = not is_at(moment, item.since)
        return fail(exchange, "differs", due, f"Deprecation: {value}") if differs else None
    due = f"{due} (a date of RFC 9745, section 2.1: @ and seconds)"
    if value.strip().lower() in _LEGACY or fields.parse_http_date(value) is not None:
        actual = f"Deprecation: {value}, as drafts of RFC 9745 had it"
        return fail(exchange, "legacy", due, actual)
    return fail(exchange, "malformed", due, f"Deprecation: {value}")


CHECK = Check(
    title="Responses of a deprecated operation say since when it is deprecated",
    failure_title="Responses of a deprecated operation do not say since when it is deprecated",
    applies=applies_to_standard_fields,
    fold=folds.per_exchange(inspect),
    reads=(FACT,),
    triggered_by=("versioning/every-response",),
    standards=("rfc9745#2", "rfc9745#2.1", "rfc9651#3.3.7"),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("legacy", Severity.LOW),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("differs", Severity.MEDIUM),
    ),
    proven_by={
        "absent": (
            "versioning/omits-deprecation",
            "versioning/omits-deprecation-on-errors",
            "versioning/omits-deprecation-on-head",
        ),
        "legacy": ("versioning/deprecation-true",),
        "malformed": ("versioning/deprecation-iso",),
        "differs": ("versioning/deprecation-differs",),
    },
)
