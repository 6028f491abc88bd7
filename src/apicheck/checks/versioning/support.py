"""As long lies between the announced Deprecation and Sunset as the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    fields,
    folds,
)
from apicheck.authoring.facts import Deprecation
from apicheck.checks.versioning._lifecycle import (
    fail,
    find_covering,
    format_day,
    read_deprecation,
    read_sunset,
)

_FACT = "versioning.promises.support"
_DAY_S = 86_400


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every response that names both dates is one test; the policy may say since when."""
    versioning = context.facts.versioning
    promised = versioning.promises.support_s if versioning else None
    until = read_sunset(exchange)
    if promised is None or until is None:
        return
    since = _find_beginning(exchange, find_covering(context, exchange))
    if since is None:
        return
    days = (until - since) / _DAY_S
    least = promised // _DAY_S  # of a promise in months: those of a calendar may be shorter
    if days >= least:
        yield _FACT, None
        return
    due = f"a Sunset at least {least:.0f} days after the deprecation, {format_day(since)}"
    actual = f"Sunset: {exchange.received.header('Sunset')}, after {days:.5g} days"
    yield _FACT, fail(exchange, "short", due, actual)


def _find_beginning(exchange: Exchange, covering: list[Deprecation]) -> float | None:
    said = read_deprecation(exchange)
    if said is not None:
        return said
    dates = (fields.parse_instant(item.since) for item in covering)
    return next((date[0] for date in dates if date is not None), None)


CHECK = Check(
    title="A deprecated operation is announced to last as long as promised",
    failure_title="A deprecated operation is announced to end sooner than promised",
    applies=applying.applies_where(
        lambda facts: facts.versioning and facts.versioning.promises.support_s is not None,
        f"the policy promises no time of support ({_FACT})",
    ),
    fold=folds.per_exchange(inspect),
    reads=(_FACT,),
    standards=("rfc8594#3", "rfc9745#4"),
    outcomes=(Outcome("short", Severity.MEDIUM),),
    proven_by={"short": ("versioning/support-a-day-short",)},
)
