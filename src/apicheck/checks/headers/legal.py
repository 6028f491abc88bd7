"""No header field has a control character in its value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import Check, Exchange, Failure, Outcome, RunContext, Severity, folds

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def looks(_: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Every answer is one test."""
    assert exchange.response is not None  # `each` hands over answered exchanges only
    wrong = None
    for name, value in exchange.response.headers:
        found = _CONTROLS.search(value)
        if found is not None:
            due = f"{name} without control characters"
            actual = f"character {ord(found[0]):#04x} in {name}: {value!r}"
            wrong = Failure("control-character", due, actual, name, exchange.id)
            break
    yield "responses", wrong


CHECK = Check(
    title="Header fields have legal values",
    fold=folds.per_exchange(looks),
    standards=("rfc9110#5.5",),
    outcomes=(Outcome("control-character", Severity.MEDIUM),),
    proven_by={"control-character": ("headers/control-character-in-value",)},
)
