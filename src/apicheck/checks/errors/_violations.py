"""Values that a schema excludes, one rule broken at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from apicheck.authoring import MISSING, Json, alter, pointers, schemas

_LONGEST = 20_000
_DEPTH = 3
_NO_CHOICE = "apicheck-no-such-value"
_NOT_OF_FORMAT: Mapping[str, str] = {
    "date": "2026-02-30",
    "date-time": "yesterday",
    "email": "no address",
    "ipv4": "256.0.0.1",
    "ipv6": "::g",
    "uri": "no address",
    "uuid": "apicheck",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A value that breaks one rule. pointer: where it goes. value: MISSING leaves a member out.

    kind: required, type, choice, range, length, pattern, unique or format.
    """

    kind: str
    pointer: str
    value: Json


def body_violations(
    document: Mapping[str, Json], schema: Json, body: Json
) -> tuple[Violation, ...]:
    """Ways to break a body's schema; values that the whole schema still allows are left out."""
    return tuple(
        violation
        for violation in _find(document, schema, body, "", _DEPTH)
        if violation.kind == "format" or _is_excluded(document, schema, _apply(body, violation))
    )


def _apply(body: Json, violation: Violation) -> Json:
    if violation.value is MISSING:
        return alter.without_value(body, violation.pointer)
    return pointers.with_value(body, violation.pointer, violation.value)


def _is_excluded(document: Mapping[str, Json], schema: Json, value: Json) -> bool:
    return bool(schemas.find_schema_errors(document, schema, value, limit=1))


def _find(
    document: Mapping[str, Json], schema: Json, value: Json, pointer: str, depth: int
) -> Iterator[Violation]:
    if depth == 0:
        return
    for part in _flatten(document, schema):
        if part.get("readOnly") is True:
            return
        if pointer or isinstance(value, list):
            yield from (Violation(kind, pointer, bad) for kind, bad in break_rules(part, value))
        if isinstance(value, Mapping):
            for name in part.get("required", ()):
                if name in value:
                    yield Violation("required", pointers.child_pointer(pointer, name), MISSING)
            for name, inner in part.get("properties", {}).items():
                place = pointers.child_pointer(pointer, name)
                yield from _find(document, inner, value.get(name, MISSING), place, depth - 1)
        elif not pointer and isinstance(value, list) and value and "items" in part:
            yield from _find(document, part["items"], value[0], "/0", depth)


def _flatten(document: Mapping[str, Json], schema: Json) -> Iterator[Mapping[str, Json]]:
    """Yield a schema and the members of its `allOf`."""
    flat = schemas.resolve_schema(document, schema)
    if isinstance(flat, Mapping):
        yield flat
        for part in flat.get("allOf", ()):
            yield from _flatten(document, part)


def break_rules(schema: Mapping[str, Json], value: Json = MISSING) -> Iterator[tuple[str, Json]]:
    """Yield (kind, value) for each rule of a schema that can be broken."""
    if "type" in schema:
        yield "type", _make_other_type(schema)
    if "enum" in schema or "const" in schema:
        yield "choice", _NO_CHOICE
    yield from (("range", bad) for bad in _exceed_range(schema))
    yield from (("length", bad) for bad in _exceed_length(schema, value))
    if "pattern" in schema:
        yield "pattern", "\x07 apicheck"
    if schema.get("uniqueItems") is True and isinstance(value, list) and value:
        yield "unique", [value[0], value[0]]
    if schema.get("format") in _NOT_OF_FORMAT:
        yield "format", _NOT_OF_FORMAT[schema["format"]]


def _make_other_type(schema: Mapping[str, Json]) -> Json:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return "apicheck" if {"object", "array"} & set(types) else {"apicheck": []}


def _exceed_range(schema: Mapping[str, Json]) -> Iterator[Json]:
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(low, int | float):
        yield low if over is True else low - 1
    if isinstance(high, int | float):
        yield high if under is True else high + 1
    yield from (bound for bound in (over, under) if type(bound) in (int, float))


def _exceed_length(schema: Mapping[str, Json], value: Json) -> Iterator[Json]:
    longest = schema.get("maxLength")
    if isinstance(longest, int) and longest < _LONGEST:
        yield "x" * (longest + 1)
    if 0 < schema.get("minLength", 0) <= _LONGEST:
        yield "x" * (schema["minLength"] - 1)
    most = schema.get("maxItems")
    if isinstance(most, int) and most < _LONGEST and isinstance(value, list) and value:
        yield [value[0]] * (most + 1)
    if schema.get("minItems", 0) > 0:
        yield []


def vary_violations(violations: Iterable[Violation], most: int) -> tuple[Violation, ...]:
    """Take at most so many: the first of each kind, then the second of each."""
    by_kind: dict[str, list[Violation]] = {}
    for violation in violations:
        by_kind.setdefault(violation.kind, []).append(violation)
    turns = max(map(len, by_kind.values()), default=0)
    ordered = [same[turn] for turn in range(turns) for same in by_kind.values() if turn < len(same)]
    return tuple(ordered[:most])
