"""Header fields as the values that their schemas are for (OpenAPI, style `simple`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from apicheck.authoring import Exchange, Failure, Json, RunContext, schemas
from apicheck.authoring.document import HeaderDoc, ResponseDoc

_SAID_ELSEWHERE = ("content-type", "set-cookie")
"""Content-Type is said by `content` (OpenAPI, Response Object); Set-Cookie is no list."""


def mismatches(
    context: RunContext, documented: ResponseDoc, exchange: Exchange
) -> Iterator[Failure]:
    """What is wrong with the documented fields of an answered exchange."""
    for header in documented.headers:
        wrong = "" if header.name.lower() in _SAID_ELSEWHERE else _wrong(context, header, exchange)
        if wrong:
            due = f"{header.name} as documented for {documented.status}"
            detail = f"{documented.status} {header.name}"
            yield Failure("header-mismatch", due, wrong, detail, exchange.id)


def _wrong(context: RunContext, header: HeaderDoc, exchange: Exchange) -> str:
    lines = exchange.response.header_values(header.name) if exchange.response else ()
    if not lines:
        return f"no {header.name}" if header.required else ""
    if header.schema is None:
        return ""
    text = ", ".join(lines)
    value = value_of(context, header, text)
    errors = schemas.find_schema_errors(context.spec.document, header.schema, value, limit=1)
    return f"{header.name}: {text} ({errors[0].message})" if errors else ""


def value_of(context: RunContext, header: HeaderDoc, text: str) -> Json:
    """A field's text as the type that its schema names; as it is where it is none of it."""
    if header.json:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    schema = schemas.resolve_schema(context.spec.document, header.schema)
    types = _types(schema)
    parts = [part.strip() for part in text.split(",")]
    if "array" in types:
        items = schema.get("items", {})
        return [
            _scalar(_types(schemas.resolve_schema(context.spec.document, items)), part)
            for part in parts
        ]
    if "object" in types:
        return _object(context, schema, parts, explode=header.explode)
    return _scalar(types, text)


def _object(
    context: RunContext, schema: Mapping[str, Json], parts: list[str], *, explode: bool
) -> Json:
    """`a=1,b=2` when exploded, else `a,1,b,2`."""
    pairs = (
        [part.partition("=")[::2] for part in parts]
        if explode
        else list(zip(parts[::2], parts[1::2], strict=False))
    )
    members = schema.get("properties", {})
    return {
        pair[0]: _scalar(
            _types(schemas.resolve_schema(context.spec.document, members.get(pair[0], {}))),
            pair[-1],
        )
        for pair in pairs
    }


def _types(schema: Json) -> list[Json]:
    named = schema.get("type") if isinstance(schema, Mapping) else None
    return named if isinstance(named, list) else [named]


def _scalar(types: list[Json], text: str) -> Json:
    if "integer" in types and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in types and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text):
        return float(text)
    if "boolean" in types and text in ("true", "false"):
        return text == "true"
    return text
