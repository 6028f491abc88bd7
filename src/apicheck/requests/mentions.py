"""Ids of other objects in the body of a request, by convention: `book_id`, `author: {id}`.

Only what the document lets one see is taken for an id: a name that ends in one, an object that
holds nothing but an id, or a number or UUID that is called like a collection of the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.model.json import Json, child_pointer
from apicheck.model.operation import Operation
from apicheck.model.subject import UNIQUE, Need
from apicheck.requests.conventions import find_source_of
from apicheck.requests.flattening import flatten_schema, kind_of
from apicheck.requests.neighbours import Neighbours
from apicheck.requests.nouns import words_of

_IDS = ("id", "ids", "uuid", "uuids", "guid")
_DEPTH = 3


def find_mentions(
    around: Neighbours,
    operation: Operation,
    body: Json,
    schema: Json,
    document: Json,
    *,
    reads_only: bool,
) -> Iterator[Need]:
    """Find the members of a body that are ids of what another operation makes, or lists."""
    for pointer, name in _find_candidates(body, schema, document):
        source = find_source_of(around, operation, name, reads_only=reads_only)
        if source is not None:
            yield Need("body", pointer, source.id, "", convention=True)


def find_query_mentions(
    around: Neighbours,
    operation: Operation,
    document: Json,
    *,
    reads_only: bool,
) -> Iterator[Need]:
    """Find the required query parameters that are ids of what another operation makes, or lists."""
    for parameter in operation.parameters:
        if parameter.place != "query" or not parameter.required:
            continue
        schema = flatten_schema(document, parameter.schema)
        words, kind = words_of(parameter.name), kind_of(schema)
        named = len(words) > 1 and words[-1] in _IDS and kind in ("integer", "string")
        if {"enum", "const"} & set(schema) or not (
            named or kind == "integer" or schema.get("format") == "uuid"
        ):
            continue
        source = find_source_of(around, operation, parameter.name, reads_only=reads_only)
        if source is not None:
            yield Need("query", parameter.name, source.id, "", convention=True)


def _find_candidates(
    body: Json, schema: Json, document: Json, pointer: str = "", depth: int = _DEPTH
) -> Iterator[tuple[str, str]]:
    """Pointers to what may be an id, each with the name of what it is the id of."""
    if depth == 0 or not isinstance(body, Mapping):
        return
    properties = flatten_schema(document, schema).get("properties", {})
    for member, value in body.items():
        inner, place = flatten_schema(document, properties.get(member)), child_pointer("", member)
        words = words_of(member)
        named = len(words) > 1 and words[-1] in _IDS
        if isinstance(value, Mapping):
            if [*value] in (["id"], ["uuid"]):
                yield f"{pointer}{place}/{next(iter(value))}", member
            else:
                yield from _find_candidates(value, inner, document, pointer + place, depth - 1)
        elif isinstance(value, list):
            if named and len(value) == 1 and _may_be_id(value[0], {}):
                yield f"{pointer}{place}/0", member
        elif _may_be_id(value, inner) and (named or _is_number_or_uuid(value, inner)):
            yield pointer + place, member


def _may_be_id(value: Json, schema: Mapping[str, Json]) -> bool:
    if {"enum", "const", "x-unique"} & set(schema) or isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and UNIQUE not in value)


def _is_number_or_uuid(value: Json, schema: Mapping[str, Json]) -> bool:
    return isinstance(value, int) or schema.get("format") == "uuid"
