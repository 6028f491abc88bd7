"""Bodies of recorded responses against schemas, with regard to what the record does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from apicheck.model.json import MISSING, Json, at
from apicheck.model.subject import RunContext
from apicheck.schemas import SchemaError, find_schema_errors, resolve_schema

_PLACEHOLDER = re.compile(r"\$APICHECK_\w+")
_OF_THE_WHOLE = frozenset(
    {"anyOf", "oneOf", "not", "if", "then", "else", "contains", "uniqueItems"}
)
"""Keywords whose error may be about a value anywhere below its place."""
_MISSING = re.compile(r'"(.+)" is a required property')
_MANY = 100
_DEEPEST = 8


def find_body_errors(
    context: RunContext, schema: Json, value: Json, *, limit: int = 5
) -> tuple[SchemaError, ...]:
    """How a recorded value breaks a schema; () when it does not, as far as can be told.

    The record has placeholders where secrets were: errors there are about the placeholder. A schema
    that cannot be compiled is a mistake of the document, and judges nothing. A member that no
    response has (writeOnly) is not required of one, whichever part of an `allOf` requires it.
    """
    document = context.spec.document
    found = find_schema_errors(document, schema, value, limit=_MANY)
    if any(not error.keyword for error in found):
        # Either the value is no UTF-8, or the schema is none.
        found = find_schema_errors(document, schema, _encodable(value), limit=_MANY)
    telling = (
        error
        for error in found
        if error.keyword
        and not _is_about_secret(error, value)
        and not is_never_sent(context, schema, error)
    )
    return tuple(islice(telling, limit))


def _encodable(value: Json) -> Json:
    """The value with a question mark for each surrogate that stands alone: such is no UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, Mapping):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return value


def has_placeholder(value: Json) -> bool:
    """Whether a recorded value has a placeholder in it, for a secret that was sent."""
    return any(_PLACEHOLDER.search(text) for text in _texts(value))


def _is_about_secret(error: SchemaError, value: Json) -> bool:
    found = at(value, error.pointer)
    if isinstance(found, str) or error.keyword in _OF_THE_WHOLE:
        return has_placeholder(found)
    return False


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | Mapping):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(item)


def is_never_sent(
    context: RunContext, schema: Json, error: SchemaError, mark: str = "writeOnly"
) -> bool:
    """Whether an error is the lack of a member that some part of the schema marks as never there.

    mark: "writeOnly" for responses, "readOnly" for requests.
    """
    missing = _MISSING.search(error.message) if error.keyword == "required" else None
    if missing is None:
        return False
    declared = _find_properties(context.spec.document, schema, missing[1], set())
    return any(isinstance(one, Mapping) and one.get(mark) is True for one in declared)


def _find_properties(
    document: Mapping[str, Json], schema: Json, name: str, seen: set[str]
) -> Iterator[Json]:
    """The schemas, with the parts of each, that a schema has for a property, at any depth."""
    if isinstance(schema, list):
        for item in schema:
            yield from _find_properties(document, item, name, seen)
    if not isinstance(schema, Mapping):
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        if reference not in seen:
            seen.add(reference)
            yield from _find_properties(document, resolve_schema(document, schema), name, seen)
        return
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and (own := properties.get(name, MISSING)) is not MISSING:
        yield from _parts_of(document, own, 0)
    for key, inner in schema.items():
        if key not in ("example", "examples", "default", "enum", "const"):
            yield from _find_properties(document, inner, name, seen)


def _parts_of(document: Mapping[str, Json], schema: Json, depth: int) -> Iterator[Json]:
    """A schema and the schemas that it combines by `allOf`."""
    found = resolve_schema(document, schema)
    yield found
    parts = found.get("allOf") if isinstance(found, Mapping) else None
    for part in parts if isinstance(parts, list) and depth < _DEEPEST else ():
        yield from _parts_of(document, part, depth + 1)
