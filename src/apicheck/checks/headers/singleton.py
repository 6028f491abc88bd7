"""A field that holds one value comes on one line."""

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


def looks(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every such field of an answer is one test."""
    response = exchange.response
    assert response is not None  # `each` hands over answered exchanges only
    lines = Counter(name.lower() for name, _ in response.headers)
    for name in SINGLETONS:
        count = lines[name.lower()]
        if count == 1:
            yield "responses", None
        elif count:
            yield (
                "responses",
                Failure("repeated", f"one {name} line", f"{count} lines", name, exchange.id),
            )


CHECK = Check(
    title="A field that holds one value comes on one line",
    fold=folds.per_exchange(looks),
    standards=("rfc9110#5.3",),
    outcomes=(Outcome("repeated", Severity.MEDIUM),),
    proven_by={"repeated": ("headers/repeats-content-type", "headers/two-content-types")},
    also={"headers/two-content-types": ("conformance/response", "errors/envelope")},
)
