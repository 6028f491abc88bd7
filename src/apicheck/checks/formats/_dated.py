"""The dates in a response: where the policy names members, or the document says date-time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import Exchange, Json, RunContext, pointers, schemas
from apicheck.authoring.facts import Dates

Found = tuple[str, str]
"""JSON Pointer, with `*` for indexes, and the text that stands there."""

_DEEPEST = 12
_COMBINING = ("allOf", "anyOf", "oneOf")
_TELLING = ("$ref", "format", *_COMBINING)


def find_dates(context: RunContext, dates: Dates, exchange: Exchange) -> Iterator[Found]:
    """Find the texts in a JSON body that are dates; none in a response that nobody describes."""
    body = exchange.json_or()
    if dates.members:
        yield from _find_named(dates.members, body, "")
    elif exchange.request.operation:
        operation = context.spec.operation(exchange.request.operation)
        documented = operation.response_for(exchange.status)
        for media in documented.media if documented else ():
            if "json" in media.media_type:
                found = _find_described(context.spec.document, media.schema, body, "")
                yield from dict.fromkeys(found)
                return


def _find_named(names: tuple[str, ...], value: Json, pointer: str) -> Iterator[Found]:
    for key, inner in _members(value):
        place = pointers.child_pointer(pointer, key)
        if key in names and isinstance(inner, str):
            yield place, inner
        yield from _find_named(names, inner, place)


def _find_described(
    document: Mapping[str, Json], schema: Json, value: Json, pointer: str, depth: int = 0
) -> Iterator[Found]:
    """The texts that are dates by a schema. value: the only one, or what has them below it."""
    schema = schemas.resolve_schema(document, schema)
    if depth > _DEEPEST or not isinstance(schema, Mapping):
        return
    if isinstance(value, str):
        if _is_date(document, schema):
            yield pointer, value
        return
    for keyword in _COMBINING:
        for part in schema.get(keyword) or ():
            yield from _find_described(document, part, value, pointer, depth + 1)
    known = schema.get("properties") or {}
    for key, inner in _members(value):
        below = schema.get("items") if isinstance(value, list) else known.get(key)
        if isinstance(inner, dict | list) or (isinstance(inner, str) and _may_be_date(below)):
            place = pointers.child_pointer(pointer, key)
            yield from _find_described(document, below, inner, place, depth + 1)


def _may_be_date(schema: Json) -> bool:
    """Whether it takes more than a look at a schema to know that its texts are no dates."""
    return isinstance(schema, Mapping) and not schema.keys().isdisjoint(_TELLING)


def _is_date(document: Mapping[str, Json], schema: Mapping[str, Json], depth: int = 0) -> bool:
    """Whether every text that a schema allows is a date-time."""
    if schema.get("format") == "date-time":
        return True
    if depth > _DEEPEST or schema.keys().isdisjoint(_COMBINING):
        return False
    every = [schemas.resolve_schema(document, part) for part in schema.get("allOf") or ()]
    some = [
        schemas.resolve_schema(document, part)
        for part in (*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ()))
    ]
    some = [part for part in some if not isinstance(part, Mapping) or part.get("type") != "null"]
    dated = [isinstance(p, Mapping) and _is_date(document, p, depth + 1) for p in (*every, *some)]
    return any(dated[: len(every)]) or (bool(some) and all(dated[len(every) :]))


def _members(value: Json) -> Iterator[tuple[str, Json]]:
    """Names and values below a value; the name of every element of a list is `*`."""
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from (("*", inner) for inner in value)
