"""Choose plain numbers that a schema allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import ceil, floor
from typing import Any

from apicheck.model.json import Json

Number = Any


def list_numbers(schema: Mapping[str, Json]) -> Iterator[Number]:
    """List a few plain numbers that a schema allows, the plainest first."""
    low, over = _bound(schema, "minimum", "exclusiveMinimum", max)
    high, under = _bound(schema, "maximum", "exclusiveMaximum", min)
    whole = schema.get("type") != "number"
    step = schema.get("multipleOf")
    for value in _candidates(low, high, step, whole=whole):
        plain = int(value) if float(value).is_integer() else value
        if whole and not isinstance(plain, int):
            continue
        if (low is not None and (plain < low or (over and plain == low))) or (
            high is not None and (plain > high or (under and plain == high))
        ):
            continue
        if not step or Decimal(str(plain)) % Decimal(str(step)) == 0:
            yield plain


def _bound(
    schema: Mapping[str, Json], inclusive: str, exclusive: str, stricter: Any
) -> tuple[Number | None, bool]:
    """The bound of one side, and whether it is itself outside.

    OpenAPI 3.0 has a boolean beside the bound, 3.1 a bound of its own.
    """
    limit, other = schema.get(inclusive), schema.get(exclusive)
    if isinstance(other, bool) or other is None:
        return limit, other is True
    if limit is None or stricter(limit, other) == other:
        return other, True
    return limit, False


def _candidates(
    low: Number | None, high: Number | None, step: Number | None, *, whole: bool
) -> Iterator[Number]:
    yield 1
    ends = [end for end in (low, high) if end is not None]
    for end in ends:
        yield from (end, floor(end) + 1, ceil(end) - 1)
    yield 0
    if step:
        yield step
        for end in ends:
            times = Decimal(str(end)) // Decimal(str(step))
            for turn in (0, 1, -1):
                value = (times + turn) * Decimal(str(step))
                yield int(value) if value == value.to_integral_value() else float(value)
    if low is not None and high is not None and not whole:
        yield (low + high) / 2
