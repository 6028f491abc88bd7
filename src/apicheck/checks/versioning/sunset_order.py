"""No response names a Sunset before its Deprecation."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds
from apicheck.checks.versioning._lifecycle import fail, read_deprecation, read_sunset


def inspect(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every response with both dates is one test, whatever the policy says."""
    since, until = read_deprecation(exchange), read_sunset(exchange)
    if since is None or until is None:
        return
    if until >= since:
        yield "", None
        return
    response = exchange.received
    actual = f"Deprecation: {response.header('Deprecation')}, Sunset: {response.header('Sunset')}"
    due = "a Sunset no earlier than the Deprecation (RFC 9745, section 4)"
    yield "", fail(exchange, "before-deprecation", due, actual)


CHECK = Check(
    title="The Sunset of a response is not before its Deprecation",
    failure_title="The Sunset of a response is before its Deprecation",
    fold=folds.per_exchange(inspect),
    standards=("rfc9745#4",),
    outcomes=(Outcome("before-deprecation", Severity.MEDIUM),),
    proven_by={"before-deprecation": ("versioning/sunset-before-deprecation",)},
)
