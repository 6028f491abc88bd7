"""Header fields against their schemas in the document (OpenAPI, style `simple`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from math import isfinite

from apicheck.authoring import Exchange, Failure, Json, RunContext, schemas, validation
from apicheck.authoring.document import HeaderDoc, ResponseDoc

_NOT_BY_SCHEMA = ("content-type", "set-cookie")
"""Content-Type is described by `content` (OpenAPI, Response Object); Set-Cookie is not a list."""

_INTEGER = re.compile(r"-?[0-9]{1,300}")
_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII)
_OF_TYPES = ("type", "anyOf", "oneOf", "enum", "const")
_DEEPEST = 8

Errors = tuple[schemas.SchemaError, ...]


def find_mismatches(
    context: RunContext, documented: ResponseDoc, exchange: Exchange
) -> Iterator[Failure]:
    """Yield what is wrong with the documented fields of a response."""
    for header in documented.headers:
        if header.name.lower() in _NOT_BY_SCHEMA:
            continue
        if actual := _find_mismatch(context, header, exchange):
            expected = f"{header.name} as documented for {documented.status}"
            detail = f"{documented.status} {header.name}"
            yield Failure("header-mismatch", expected, actual, detail, exchange.id)


def _find_mismatch(context: RunContext, header: HeaderDoc, exchange: Exchange) -> str:
    """What came in place of the documented field; "" where the field is as documented."""
    lines = exchange.received.header_values(header.name)
    if not lines:
        return f"no {header.name}" if header.required else ""
    if header.schema is None:
        return ""
    text = ", ".join(lines)
    if validation.has_placeholder(text):
        return ""
    errors = find_errors(context, header, text)
    return f"{header.name}: {text} ({errors[0].message})" if errors else ""


def find_errors(context: RunContext, header: HeaderDoc, text: str) -> Errors:
    """How a field's text breaks its schema, in the reading that fits best; () where one fits.

    A field has no types: `7` is a number where the schema takes one, and a text elsewhere.
    """
    if header.json:
        try:
            return validation.find_body_errors(context, header.schema, json.loads(text), limit=1)
        except (ValueError, RecursionError):
            return validation.find_body_errors(context, header.schema, text, limit=1)
    return _best(context, header.schema, _readings(context, header.schema, text, header.explode))[1]


def _best(context: RunContext, schema: Json, readings: Iterable[Json]) -> tuple[Json, Errors]:
    """The first reading that a schema takes, else the one that has the right type at least."""
    tried = []
    for value in readings:
        errors = validation.find_body_errors(context, schema, value, limit=1)
        if not errors:
            return value, ()
        tried.append((value, errors))
    return min(tried, key=lambda pair: pair[1][0].keyword in _OF_TYPES)


def _readings(context: RunContext, schema: Json, text: str, explode: bool) -> Iterator[Json]:
    """What a field's text can mean (OpenAPI, style `simple`); at last the text itself."""
    for branch in _branches(context, schema, _DEEPEST):
        types = branch.get("type")
        named = types if isinstance(types, list) else [types]
        parts = [part.strip() for part in text.split(",")] if text.strip() else []
        if "array" in named or "items" in branch:
            items = branch.get("items", {})
            yield [_read_scalar(context, items, part) for part in parts]
        if "object" in named or "properties" in branch:
            yield _read_object(context, branch, parts, explode=explode)
    yield from _scalars(text)


def _read_object(
    context: RunContext, schema: Mapping[str, Json], parts: list[str], *, explode: bool
) -> Json:
    """Read `a=1,b=2` when exploded, else `a,1,b,2`."""
    pairs = (
        [part.partition("=")[::2] for part in parts]
        if explode
        else list(zip(parts[::2], parts[1::2], strict=False))
    )
    members = schema.get("properties", {})
    return {pair[0]: _read_scalar(context, members.get(pair[0], {}), pair[-1]) for pair in pairs}


def _read_scalar(context: RunContext, schema: Json, text: str) -> Json:
    return _best(context, schema, _scalars(text))[0]


def _scalars(text: str) -> Iterator[Json]:
    if _INTEGER.fullmatch(text):
        yield int(text)
    if _NUMBER.fullmatch(text) and isfinite(float(text)):
        yield float(text)
    if text in ("true", "false"):
        yield text == "true"
    if text in ("", "null"):
        yield None
    yield text


def _branches(context: RunContext, schema: Json, depth: int) -> Iterator[Mapping[str, Json]]:
    """The schema and those that it combines, each at the end of its references."""
    found = schemas.resolve_schema(context.spec.document, schema)
    if not isinstance(found, Mapping) or not depth:
        return
    yield found
    for part in chain.from_iterable(found.get(key) or () for key in ("allOf", "anyOf", "oneOf")):
        yield from _branches(context, part, depth - 1)
