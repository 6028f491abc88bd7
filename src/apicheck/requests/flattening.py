"""Makes a schema flat: references are followed, and `allOf` is merged."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.model.json import Json, at
from apicheck.schemas.keywords import drop_senseless

_DEPTH = 8
_KINDS: Mapping[str, tuple[str, ...]] = {
    "object": ("properties", "required", "additionalProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "contains"),
    "string": ("pattern", "minLength", "maxLength", "format"),
    "number": ("minimum", "maximum", "multipleOf"),
}
_NUMBERS = ("int32", "int64", "float", "double")


def flatten_schema(document: Json, schema: Json, depth: int = _DEPTH) -> Mapping[str, Json]:
    """Follow the references of a schema inside the document, and merge `allOf`; {} for no schema.

    A reference in a circle, to another document or without a target is an empty schema. What stands
    beside a reference counts, in OpenAPI 3.0 too: a `readOnly` there is meant. A keyword whose
    value JSON Schema does not know (`minimum: "5"`) is left out.
    """
    if not isinstance(schema, Mapping) or depth <= 0:
        return {}
    reference, parts = schema.get("$ref"), schema.get("allOf")
    whole = [part for part in parts if part is not True] if isinstance(parts, list) else []
    if isinstance(reference, str):
        target = at(document, reference[1:]) if reference.startswith("#") else {}
        whole.insert(0, target if isinstance(target, Mapping) else {})
    if not whole:
        return drop_senseless(schema)
    own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    merged: dict[str, Json] = {}
    for part in (*whole, own):
        _merge(merged, flatten_schema(document, part, depth - 1))
    return merged


def leads_nowhere(document: Json, schema: Json) -> bool:
    """Whether a schema is a reference without a target in the document, or to itself in the end."""
    seen: set[str] = set()
    while isinstance(schema, Mapping) and isinstance(reference := schema.get("$ref"), str):
        if reference in seen or not reference.startswith("#"):
            return True
        seen.add(reference)
        schema = at(document, reference[1:])
    return not isinstance(schema, Mapping | bool)


def _merge(merged: dict[str, Json], part: Mapping[str, Json]) -> None:
    """Add what a part of `allOf` demands."""
    for key, value in part.items():
        known = merged.get(key)
        if key == "properties" and isinstance(known, Mapping) and isinstance(value, Mapping):
            both = {
                name: {"allOf": [known[name], value[name]]}
                for name in value
                if name in known and known[name] != value[name]
            }
            merged[key] = {**known, **value, **both}
        elif key == "required" and isinstance(known, list) and isinstance(value, list):
            merged[key] = list(dict.fromkeys((*known, *value)))
        elif key == "enum" and isinstance(known, list) and isinstance(value, list):
            merged[key] = [one for one in known if one in value] or value
        else:
            merged[key] = value


def kind_of(schema: Mapping[str, Json]) -> str:
    """The type of a flattened schema; guessed from its keywords, "" where it has none."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return str(next((one for one in kind if one != "null"), "null"))
    if kind is not None:
        return str(kind)
    if schema.get("format") in _NUMBERS:
        return "number"
    return next((name for name, keys in _KINDS.items() if any(k in schema for k in keys)), "")
