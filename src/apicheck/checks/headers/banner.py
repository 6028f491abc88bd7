"""No answer tells the exact version of the software that made it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds

FIELDS = ("Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator")
_EXACT = re.compile(r"\d+\.\d+\.\d+")
"""Two numbers name a line of versions; three name the one whose holes are known."""


def looks(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every answer is one test."""
    assert exchange.response is not None  # `each` hands over answered exchanges only
    wrong = None
    for name in FIELDS:
        for value in exchange.response.header_values(name):
            if wrong is None and _EXACT.search(value):
                due = f"no version in {name}, or none so exact"
                wrong = Failure("exact-version", due, f"{name}: {value}", name, exchange.id)
    yield "responses", wrong


CHECK = Check(
    title="No answer tells the exact version of its software",
    fold=folds.per_exchange(looks),
    standards=("rfc9110#10.2.4",),
    outcomes=(Outcome("exact-version", Severity.LOW),),
    proven_by={"exact-version": ("headers/tells-exact-version",)},
    also={"headers/tells-exact-version": ("headers/forbidden",)},
)
