"""Responses of an operation that nobody deprecates announce no deprecation."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.checks.versioning._lifecycle import (
    FACT,
    applies_to_deprecations,
    fail,
    find_covering,
)


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every successful response of an operation that stays is one test."""
    name, versioning = exchange.request.operation, context.facts.versioning
    if versioning is None or not versioning.deprecations or not exchange.received.succeeded:
        return
    if not name or context.spec.operation(name).deprecated or find_covering(context, exchange):
        return
    value = exchange.received.header("Deprecation")
    if value is None:
        yield FACT, None
        return
    due = "no Deprecation field: neither the policy nor the document deprecates the operation"
    yield FACT, fail(exchange, "announced", due, f"Deprecation: {value}")


CHECK = Check(
    title="An operation that is not deprecated announces no deprecation",
    failure_title="An operation that is not deprecated announces a deprecation",
    applies=applies_to_deprecations,
    fold=folds.per_exchange(inspect),
    reads=(FACT,),
    standards=("rfc9745#2.2",),
    outcomes=(Outcome("announced", Severity.MEDIUM),),
    proven_by={"announced": ("versioning/deprecates-current",)},
)
