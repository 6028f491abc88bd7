"""A field that is promised to come back as it was sent does so."""

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


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where some rule promises that a field comes back."""
    rules = subject.facts.responses.values()
    if any(header.echo for rule in rules for header in rule.headers.values()):
        return Applies()
    return NotApplicable("the policy promises no header field to come back as it was sent")


def looks(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Each field that was sent, of each rule in force that has it come back, is one promise."""
    assert exchange.response is not None  # `each` hands over answered exchanges only
    for name, rule in judging.applicable_rules(context, exchange):
        for header, promise in rule.headers.items():
            sent = None if promise.echo is None else judging.sent_header(exchange, promise.echo)
            if sent is None:
                continue
            lines = exchange.response.header_values(header)
            value = ", ".join(lines)
            wrong = None
            if value != sent:
                actual = f"{header}: {value}" if lines else f"no {header} on {exchange.status}"
                due = f"{header}: {sent}, as sent"
                wrong = Failure("not-echoed", due, actual, header, exchange.id)
            yield f"responses.{name}", wrong


CHECK = Check(
    title="What the caller sent to find its request by comes back",
    applies=applies,
    fold=folds.per_exchange(looks),
    reads=("responses",),
    standards=("rfc9110#6.3",),
    outcomes=(Outcome("not-echoed", Severity.LOW),),
    proven_by={"not-echoed": ("headers/changes-correlation-id", "headers/cuts-correlation-id")},
)
