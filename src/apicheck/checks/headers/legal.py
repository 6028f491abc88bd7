"""No header field value contains a control character."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def inspect(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Judge every response."""
    wrong = None
    for name, value in exchange.received.headers:
        found = _CONTROLS.search(value)
        if found is not None:
            expected = f"{name} without control characters"
            actual = f"character {ord(found[0]):#04x} in {name}: {value!r}"
            wrong = Failure("control-character", expected, actual, name, exchange.id)
            break
    yield "responses", wrong


CHECK = Check(
    title="Header field values contain no control characters",
    failure_title="A header field value contains a control character",
    fold=folds.per_exchange(inspect, of_accepted=folds.of_every_operation("responses")),
    standards=("rfc9110#5.5",),
    outcomes=(Outcome("control-character", Severity.MEDIUM),),
    proven_by={"control-character": ("headers/control-character-in-value",)},
)
