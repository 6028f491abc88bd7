"""A deprecation begins no sooner after its announcement than the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    fields,
    folds,
)
from apicheck.checks.versioning._lifecycle import fail, find_covering, format_day, read_deprecation

_FACT = "versioning.promises.notice"
_DAY_S = 86_400


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy promises notice, and says when a deprecation was announced."""
    versioning = subject.facts.versioning
    if versioning is None or versioning.promises.notice_s is None:
        return NotApplicable(f"the policy promises no notice ({_FACT})")
    if not any(item.announced for item in versioning.deprecations):
        return NotApplicable("no deprecation of the policy says when it was announced")
    return Applies()


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every response that says since when its operation is deprecated is one test."""
    versioning = context.facts.versioning
    promised = versioning.promises.notice_s if versioning else None
    since = read_deprecation(exchange)
    if promised is None or since is None:
        return
    for item in find_covering(context, exchange):
        announced = fields.parse_instant(item.announced)
        if announced is None:
            continue
        days, least = (since - announced[0]) / _DAY_S, promised // _DAY_S
        if days >= least:
            yield _FACT, None
            continue
        due = f"a Deprecation at least {least:.0f} days after {item.announced}, its announcement"
        written = exchange.received.header("Deprecation")
        actual = f"Deprecation: {written} ({format_day(since)}), after {days:.5g} days"
        yield _FACT, fail(exchange, "short", due, actual)


CHECK = Check(
    title="A deprecation begins as long after its announcement as promised",
    failure_title="A deprecation begins sooner after its announcement than promised",
    applies=applies,
    fold=folds.per_exchange(inspect),
    reads=(_FACT,),
    standards=("rfc9745#2.1",),
    outcomes=(Outcome("short", Severity.MEDIUM),),
    proven_by={"short": ("versioning/notice-a-day-short",)},
)
