"""No response names the exact version of the server's software."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds

FIELDS = ("Server", "X-Powered-By", "X-AspNet-Version", "X-AspNetMvc-Version", "X-Generator")
_EXACT = re.compile(r"(?<![0-9])[0-9]+\.[0-9]+\.[0-9]")
"""Two numbers name a line of versions; three name one version, whose holes are known."""


def inspect(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every response."""
    wrong = None
    for name in FIELDS:
        for value in exchange.received.header_values(name):
            if wrong is None and _EXACT.search(value):
                expected = f"{name} without a version of three numbers"
                wrong = Failure("exact-version", expected, f"{name}: {value}", name, exchange.id)
    yield "responses", wrong


CHECK = Check(
    title="No response names the exact version of the server's software",
    failure_title="A response names the exact version of the server's software",
    fold=folds.per_exchange(inspect, of_accepted=folds.of_every_operation("responses")),
    standards=("rfc9110#10.2.4",),
    outcomes=(Outcome("exact-version", Severity.LOW),),
    proven_by={"exact-version": ("headers/tells-exact-version",)},
)
