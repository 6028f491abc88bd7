"""Odd values for one part of a request: the strategy "mutated-part".

A value is {place, name, value}: it replaces one part of the canonical request. Schemathesis makes
half of an operation's values from its schemas. Hypothesis draws the others without regard to a
schema, once for all operations, which take turns in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING
from zlib import crc32

from apicheck.generate.hypothesis_runner import draw_values
from apicheck.generate.schemathesis_adapter import draw_parts
from apicheck.model.json import Json, tokens
from apicheck.model.subject import Recipe, Subject
from apicheck.requests.alter import Part, part_accepts, parts_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_POOL = 80
_FROM_SCHEMAS = 80
"""Operations that get values from their schemas, where a document has more: they take longest."""
_LONGEST = 2_000


def mutated_parts(subject: Subject) -> SearchStrategy[Json]:
    """An odd value in any part of an operation's request."""
    from hypothesis import strategies as st

    parts = st.sampled_from(_parts(subject) or (Part("query", "apicheck"),))
    return st.builds(_write, parts, _values()).filter(_is_sendable)


def draw_mutated_parts(subject: Subject, seed: int, count: int) -> tuple[Json, ...]:
    """Draw up to `count` values for an operation, the same for the same seed."""
    parts = _parts(subject)
    if not parts:
        return ()
    start = crc32(subject.op.id.encode()) + seed
    # Of an odd number, every other operation takes the middle one from its schemas.
    many = len(subject.context.spec.operations)
    from_schemas = (count + start % 2) // 2 if start % many < _FROM_SCHEMAS else 0
    half: list[Json] = []
    if from_schemas:
        listed = _list_values(subject, parts)
        Random(start).shuffle(listed)  # noqa: S311  (an order, no secret)
        half = _take_first(listed, from_schemas)
    pool = _draw_pool(seed)
    drawn = (
        _write(parts[(start + turn) % len(parts)], pool[(start + 7 * turn) % len(pool)])
        for turn in range(3 * count)
    )
    return tuple(half + _take_first(drawn, count - len(half)))


def _take_first(values: Iterable[Json], count: int) -> list[Json]:
    """Take the first few values that differ and can be sent."""
    found: dict[str, Json] = {}
    for value in values:
        if len(found) < count and _is_sendable(value):
            found.setdefault(json.dumps(value), value)
    return list(found.values())


def _parts(subject: Subject) -> tuple[Part, ...]:
    recipe = subject.context.recipes[subject.op.id]
    kept = frozenset(one.parameter for one in subject.facts.authorization.tenants)
    return parts_of(subject.op, recipe, kept) if isinstance(recipe, Recipe) else ()


def _write(part: Part, value: Json) -> Json:
    return {"place": part.place, "name": part.name, "value": value}


def _is_sendable(value: Json) -> bool:
    """Whether a value can be sent in its part, and is not too long to be useful."""
    part = Part(value["place"], value["name"])
    short = len(json.dumps(value["value"])) <= _LONGEST
    return short and part_accepts(part, value["value"])


def _list_values(subject: Subject, parts: tuple[Part, ...]) -> list[Json]:
    """List schemathesis's values for the parts of the canonical request."""
    spec = subject.context.spec
    known = {(part.place, (tokens(part.name) or [""])[-1]): part for part in reversed(parts)}
    known |= {(part.place, part.name): part for part in parts if part.place != "body"}
    path = subject.op.path + subject.op.suffix
    cases = draw_parts(spec.document, subject.op.method, path, spec.prefix)
    return [
        _write(known[place, name], value) for place, name, value in cases if (place, name) in known
    ]


@lru_cache(maxsize=4)
def _draw_pool(seed: int) -> tuple[Json, ...]:
    """Draw the values of Hypothesis, once for a seed."""
    return draw_values(_values(), seed, _POOL)


def _values() -> SearchStrategy[Json]:
    from hypothesis import strategies as st

    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    texts = st.text(max_size=40)
    plain = st.none() | st.booleans() | numbers | texts
    nested: SearchStrategy[Json] = st.recursive(
        plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    )
    return texts | nested
