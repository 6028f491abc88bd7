"""Answers carry the header fields that are promised."""

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
    folds,
    judging,
)
from apicheck.authoring.facts import HeaderRule


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule names a header field."""
    if any(rule.headers for rule in subject.facts.responses.values()):
        return Applies()
    return NotApplicable("the policy promises no header field")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each header of each rule in force that must be there is one promise."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    for name, rule in judging.applicable_rules(context, exchange):
        for header, promise in rule.headers.items():
            if not _is_due(promise, exchange):
                continue
            wrong = None
            if response.header(header) is None:
                actual = f"no {header} on {response.status}"
                wrong = Failure("absent", f"a {header} field", actual, header, exchange.id)
            yield f"responses.{name}", wrong


def _is_due(promise: HeaderRule, exchange: Exchange) -> bool:
    """Whether it must be there, and it is for no other check of the family to say so."""
    echoed = promise.echo is not None and judging.sent_header(exchange, promise.echo) is not None
    dated = promise.within_s is not None
    return not (promise.optional or promise.unique or echoed or dated)


CHECK = Check(
    title="Promised header fields are there",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(Outcome("absent", Severity.MEDIUM),),
    proven_by={"absent": ("headers/omits-required",)},
)
