"""Make one plain value of a schema without drawing, as a person writes an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from apicheck.model.json import MISSING, Json, at, child_pointer, with_value
from apicheck.model.subject import UNIQUE

_FORMATS: Mapping[str, str] = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "email": "ada@example.com",
    "hostname": "www.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "12:00:00Z",
    "uri": "https://www.example.com/",
    "uri-reference": "/",
    "url": "https://www.example.com/",
    "uuid": "6f1c5f0e-3f0b-4b3a-9d5e-2f6f1d0a7c11",
}
_DEPTH = 8


def sample(document: Json, schema: Json, *, named_only: bool = False) -> Json:
    """Make a value that a schema allows; MISSING where no plain one fits.

    named_only: only a value that the schema itself names (example, default, const, enum).
    """
    return _sample(document, schema, named_only, _DEPTH)


def flatten_schema(document: Json, schema: Json, depth: int = _DEPTH) -> Mapping[str, Json]:
    """Follow the references of a schema inside the document, and merge `allOf`; {} for no schema.

    A reference in a circle, or without a target, is an empty schema.
    """
    for _ in range(depth):
        if not isinstance(schema, Mapping):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return _merge(document, schema, depth)
        schema = at(document, reference[1:]) if reference.startswith("#") else {}
    return {}


def _merge(document: Json, schema: Mapping[str, Json], depth: int) -> Mapping[str, Json]:
    parts = schema.get("allOf")
    if not isinstance(parts, list):
        return schema
    merged: dict[str, Json] = {}
    own = {key: value for key, value in schema.items() if key != "allOf"}
    for part in (*parts, own):
        whole = flatten_schema(document, part, depth - 1)
        properties = {**merged.get("properties", {}), **whole.get("properties", {})}
        required = [*merged.get("required", []), *whole.get("required", [])]
        merged |= dict(whole)
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = list(dict.fromkeys(required))
    return merged


def _sample(document: Json, schema: Json, named_only: bool, depth: int) -> Json:
    if depth == 0 or schema is False:
        return MISSING
    whole = flatten_schema(document, schema)
    for name in ("example", "default", "const"):
        if name in whole:
            return whole[name]
    for name in ("examples", "enum"):
        named = whole.get(name)
        if isinstance(named, list) and named:
            return named[0]
    if named_only:
        return MISSING
    for name in ("oneOf", "anyOf"):
        for option in whole.get(name) or ():
            value = _sample(document, option, named_only, depth - 1)
            if value is not MISSING:
                return value
    return _sample_type(document, whole, depth)


def _sample_type(document: Json, schema: Mapping[str, Json], depth: int) -> Json:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((item for item in kind if item != "null"), "null")
    if kind == "object" or (kind is None and "properties" in schema):
        return _sample_object(document, schema, depth)
    if kind == "array":
        return _sample_array(document, schema, depth)
    if kind == "string":
        return _sample_string(schema)
    if kind in ("integer", "number"):
        return _sample_number(schema)
    return {"boolean": True, "null": None}.get(str(kind), MISSING)


def _sample_object(document: Json, schema: Mapping[str, Json], depth: int) -> Json:
    made: dict[str, Json] = {}
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        inner = properties.get(name, {"type": "string"})
        if flatten_schema(document, inner).get("readOnly"):
            continue
        made[name] = _sample(document, inner, False, depth - 1)
        if made[name] is MISSING:
            return MISSING
    return made


def _sample_array(document: Json, schema: Mapping[str, Json], depth: int) -> Json:
    count = schema.get("minItems", 0)
    if count == 0:
        return []
    if count > 1 and schema.get("uniqueItems"):
        return MISSING
    item = _sample(document, schema.get("items", {}), False, depth - 1)
    return MISSING if item is MISSING else [item] * count


def _sample_string(schema: Mapping[str, Json]) -> Json:
    text = _FORMATS.get(schema.get("format", ""), "example")
    text = text.ljust(schema.get("minLength", 0), "x")
    text = text[: schema.get("maxLength", len(text))]
    pattern = schema.get("pattern")
    try:
        fits = pattern is None or re.search(pattern, text) is not None
    except re.error:
        fits = False
    return text if fits else MISSING


def _sample_number(schema: Mapping[str, Json]) -> Json:
    """Choose the first of a few plain numbers that the schema allows."""
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    low = max((n for n in (schema.get("minimum"), over) if n is not None), default=None)
    high = min((n for n in (schema.get("maximum"), under) if n is not None), default=None)
    whole = schema.get("type") == "integer"
    step = schema.get("multipleOf") or (1 if whole else None)
    ends = [end for end in (low, high) if end is not None]
    candidates = [1, *(end + d for end in ends for d in (0, 1, -1)), 0]
    if step is not None:
        candidates += [step, *((end // step + d) * step for end in ends for d in (0, 1))]
    if low is not None and high is not None and not whole:
        candidates.append((low + high) / 2)
    for value in candidates:
        inside = (low is None or value >= low) and (high is None or value <= high)
        if inside and value not in (over, under) and (step is None or value % step == 0):
            return value
    return MISSING


def unique_places(document: Json, schema: Json, body: Json, pointer: str = "") -> Iterator[str]:
    """JSON Pointers to the strings in a body that no two objects may share.

    These are the strings with `x-unique` in their schema, and e-mail addresses.
    """
    whole = flatten_schema(document, schema)
    if isinstance(body, str):
        if whole.get("x-unique") or whole.get("format") == "email":
            yield pointer
    elif isinstance(body, Mapping):
        for name, inner in whole.get("properties", {}).items():
            if name in body:
                yield from unique_places(document, inner, body[name], child_pointer(pointer, name))
    elif isinstance(body, list):
        for index, item in enumerate(body):
            inner = whole.get("items", {})
            yield from unique_places(document, inner, item, child_pointer(pointer, index))


def with_unique(body: Json, pointer: str) -> Json:
    """Make the string at a pointer different in every request."""
    return with_value(body, pointer, _make_unique(at(body, pointer)))


def _make_unique(text: str) -> str:
    if UNIQUE in text:
        return text
    name, at_sign, domain = text.partition("@")
    if at_sign:
        return f"{name.partition('+')[0]}+{UNIQUE}@{domain}"
    if "://" in text:
        return f"{text.rstrip('/')}/{UNIQUE}"
    return f"{text}-{UNIQUE}"
