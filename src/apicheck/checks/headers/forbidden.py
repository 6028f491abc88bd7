"""No response has a header field that the policy promises to be absent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache

from apicheck.authoring import (
    Check,
    Exchange,
    Failure,
    Outcome,
    RunContext,
    Severity,
    applying,
    folds,
    judging,
)
from apicheck.authoring.document import Operation


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge each glob of each applicable rule."""
    for name, rule in judging.applicable_rules(context, exchange):
        for glob in rule.absent:
            yield f"responses.{name}", _find_match(glob, exchange)


def _find_due(context: RunContext, operation: Operation) -> Iterator[str]:
    for name, rule in context.facts.responses.items():
        if rule.absent and judging.rule_covers_success(context, rule.when, operation):
            yield f"responses.{name}"


def _find_match(glob: str, exchange: Exchange) -> Failure | None:
    matches = _compile(glob).match
    for header, value in exchange.received.headers:
        if matches(header):
            actual = f"{header}: {value}"
            return Failure("forbidden", f"no {glob}", actual, header.lower(), exchange.id)
    return None


@lru_cache(maxsize=64)
def _compile(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob), re.IGNORECASE)


CHECK = Check(
    title="No response has a header field that is promised absent",
    failure_title="A response has a header field that is promised absent",
    applies=applying.applies_where(
        lambda facts: any(rule.absent for rule in facts.responses.values()),
        "the policy promises no header field to be absent",
    ),
    fold=folds.per_exchange(inspect, of_accepted=_find_due),
    reads=("responses",),
    standards=("rfc9110#10.2.4",),
    outcomes=(Outcome("forbidden", Severity.LOW),),
    proven_by={"forbidden": ("headers/sends-banner",)},
)
