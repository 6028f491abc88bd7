"""Find quotes that contradict the policy: a date that breaks the form that dates have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.load.patterns import compile_ecma
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.policy import Policy

_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?")
"""A quote that is nothing but a date with a time."""
_USUAL = tuple(
    f"2026-11-21T06:30:{seconds}{zone}"
    for seconds in ("00", "00.000")
    for zone in ("Z", "+0000", "+00:00")
)
"""A pattern that takes one of them, and not everything, is one of dates."""


def find_broken_samples(spec: Spec, policy: Policy) -> Iterator[tuple[str, str]]:
    """Find clauses whose quote is a date that no pattern of dates takes: clause and message."""
    patterns = tuple(dict.fromkeys(filter(_is_of_dates, _walk_patterns(spec, policy))))
    if not patterns:
        return
    for clause in policy.clauses:
        quote = clause.quote.strip()
        if _DATE.fullmatch(quote) and not any(_takes(one, quote) for one in patterns):
            named = " or ".join(patterns)
            yield (
                clause.id,
                f"its quote {quote} is a date that breaks the pattern of dates: {named}",
            )


def _walk_patterns(spec: Spec, policy: Policy) -> Iterator[str]:
    """Walk every pattern that the policy or the document has for a value."""
    for origin in policy.origins:
        if origin.path.endswith(".pattern") and isinstance(origin.value, str):
            yield origin.value
    yield from _walk(spec.document.get("components", {}))


def _walk(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(pattern := value.get("pattern"), str):
            yield pattern
        for inner in value.values():
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)


def _is_of_dates(pattern: str) -> bool:
    return any(_takes(pattern, date) for date in _USUAL) and not _takes(pattern, "2026")


def _takes(pattern: str, text: str) -> bool:
    regex = compile_ecma(pattern)
    return regex is not None and regex.find(text) is not None
