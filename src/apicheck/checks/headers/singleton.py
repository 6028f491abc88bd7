"""A header field that holds one value is sent once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds

SINGLETONS = (
    "Access-Control-Allow-Origin",
    "Age",
    "Content-Length",
    "Content-Location",
    "Content-Type",
    "Date",
    "ETag",
    "Expires",
    "Last-Modified",
    "Location",
    "Retry-After",
    "Strict-Transport-Security",
)
"""Fields of RFC 9110, RFC 9111, RFC 6797 (section 7.1) and Fetch whose value is not a list."""


def inspect(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Count the lines of each such field that is present."""
    lines = Counter(name.lower() for name, _ in exchange.received.headers)
    for name in SINGLETONS:
        count = lines[name.lower()]
        if count == 1:
            yield "responses", None
        elif count:
            expected, actual = f"one {name} line", f"{count} {name} lines"
            yield "responses", Failure("repeated", expected, actual, name, exchange.id)


CHECK = Check(
    title="A header field that holds one value is sent once",
    failure_title="A header field that holds one value is repeated",
    fold=folds.per_exchange(inspect, of_accepted=folds.of_every_operation("responses")),
    standards=("rfc9110#5.3",),
    outcomes=(Outcome("repeated", Severity.MEDIUM),),
    proven_by={"repeated": ("headers/repeats-content-type", "headers/two-content-types")},
)
