"""Header fields against their schemas in the document (OpenAPI, style `simple`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from apicheck.authoring import Exchange, Failure, Json, RunContext, schemas
from apicheck.authoring.document import HeaderDoc, ResponseDoc

_NOT_BY_SCHEMA = ("content-type", "set-cookie")
"""Content-Type is described by `content` (OpenAPI, Response Object); Set-Cookie is not a list."""


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
    value = parse_value(context, header, text)
    errors = schemas.find_schema_errors(context.spec.document, header.schema, value, limit=1)
    return f"{header.name}: {text} ({errors[0].message})" if errors else ""


def parse_value(context: RunContext, header: HeaderDoc, text: str) -> Json:
    """Read a field's text as the type that its schema names; unchanged where it is not one."""
    if header.json:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    schema = schemas.resolve_schema(context.spec.document, header.schema)
    types = _named_types(schema)
    parts = [part.strip() for part in text.split(",")]
    if "array" in types:
        items = schema.get("items", {})
        return [
            _parse_scalar(_named_types(schemas.resolve_schema(context.spec.document, items)), part)
            for part in parts
        ]
    if "object" in types:
        return _parse_object(context, schema, parts, explode=header.explode)
    return _parse_scalar(types, text)


def _parse_object(
    context: RunContext, schema: Mapping[str, Json], parts: list[str], *, explode: bool
) -> Json:
    """Read `a=1,b=2` when exploded, else `a,1,b,2`."""
    pairs = (
        [part.partition("=")[::2] for part in parts]
        if explode
        else list(zip(parts[::2], parts[1::2], strict=False))
    )
    members = schema.get("properties", {})
    return {
        pair[0]: _parse_scalar(
            _named_types(schemas.resolve_schema(context.spec.document, members.get(pair[0], {}))),
            pair[-1],
        )
        for pair in pairs
    }


def _named_types(schema: Json) -> list[Json]:
    named = schema.get("type") if isinstance(schema, Mapping) else None
    return named if isinstance(named, list) else [named]


def _parse_scalar(types: list[Json], text: str) -> Json:
    if "integer" in types and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return text
