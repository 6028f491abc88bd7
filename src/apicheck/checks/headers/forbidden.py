"""Answers carry none of the header fields that the policy says they never have."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

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
    folds,
    judging,
)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule promises that a header field is absent."""
    if any(rule.absent for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy promises no header field to be absent")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each glob of each rule in force is one promise."""
    for name, rule in judging.applicable_rules(context, exchange):
        for glob in rule.absent:
            yield f"responses.{name}", _taken(glob, exchange)


def _taken(glob: str, exchange: Exchange) -> Failure | None:
    assert exchange.response is not None  # `each` hands over answered exchanges only
    for header, value in exchange.response.headers:
        if fnmatchcase(header.lower(), glob.lower()):
            actual = f"{header}: {value}"
            return Failure("forbidden", f"no {glob}", actual, header.lower(), exchange.id)
    return None


CHECK = Check(
    title="No answer has a header field that is promised absent",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("responses",),
    standards=("rfc9110#10.2.4",),
    outcomes=(Outcome("forbidden", Severity.LOW),),
    proven_by={"forbidden": ("headers/sends-banner",)},
)
