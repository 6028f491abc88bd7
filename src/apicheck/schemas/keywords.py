"""The keywords of JSON Schema that say which values are valid, and which values they may have.

Published documents have keywords with values that JSON Schema does not know: `required: true`,
`type: int`, a pattern that is none. Such a keyword asserts nothing, and the others of its schema
hold: that is better than no validation, and no response is blamed for a mistake of the document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.load.patterns import compile_ecma
from apicheck.model.json import Json, is_number
from apicheck.schemas.patterns import ECMA_PATTERN, is_common

MAPS = ("properties", "patternProperties", "dependentSchemas")
"""Keywords whose value maps names to schemas."""
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
"""Keywords whose value is a list of schemas."""
ONE = (
    *("items", "additionalProperties", "not", "if", "then", "else", "contains"),
    *("propertyNames", "unevaluatedProperties", "unevaluatedItems"),
)
"""Keywords whose value is one schema."""

_BOUNDS_OF_3_0 = ("exclusiveMinimum", "exclusiveMaximum")
_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def _is_count(value: Json) -> bool:
    return is_number(value) and value >= 0 and value == int(value)


def _is_type(value: Json) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(name, str) and name in _TYPES for name in names)


def _are_names(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


_ASSERTIONS: Mapping[str, Callable[[Json], bool]] = {
    "type": _is_type,
    "const": lambda _: True,
    "enum": lambda value: isinstance(value, list),
    "format": lambda value: isinstance(value, str),
    "pattern": lambda value: isinstance(value, str),
    "required": _are_names,
    "dependentRequired": lambda value: (
        isinstance(value, Mapping) and all(map(_are_names, value.values()))
    ),
    "uniqueItems": lambda value: isinstance(value, bool),
    "multipleOf": lambda value: is_number(value) and value > 0,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), is_number),
    **dict.fromkeys(
        (
            *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
            *("minContains", "maxContains"),
        ),
        _is_count,
    ),
    **dict.fromkeys(MAPS, lambda value: isinstance(value, Mapping)),
    **dict.fromkeys(LISTS, lambda value: isinstance(value, list) and bool(value)),
    **dict.fromkeys(ONE, lambda value: isinstance(value, Mapping | bool)),
}


def drop_senseless(schema: Mapping[str, Json]) -> Mapping[str, Json]:
    """A schema without the keywords whose value nobody knows.

    A type of another word (`type: int`) stays: it is a hint to who makes a value.
    """
    senseless = [key for key, value in schema.items() if not _makes_sense(key, value)]
    if not senseless:
        return schema
    return {key: value for key, value in schema.items() if key not in senseless}


def _makes_sense(key: str, value: Json) -> bool:
    known = _ASSERTIONS.get(key)
    if known is None or key == "type" or known(value):
        return True
    return key in _BOUNDS_OF_3_0 and isinstance(value, bool)


def keep_assertions(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The keywords of a schema that say which values are valid, without those that mean nothing."""
    kept: dict[str, Json] = {
        key: value
        for key, value in schema.items()
        if (means_something := _ASSERTIONS.get(key)) and means_something(value)
    }
    for key in ("required", "type"):
        if isinstance(kept.get(key), list):
            kept[key] = list(dict.fromkeys(kept[key]))
    pattern = kept.get("pattern", "")
    if not is_common(pattern):
        del kept["pattern"]
        if compile_ecma(pattern):
            kept[ECMA_PATTERN] = pattern
    if "patternProperties" in kept:
        every = kept["patternProperties"]
        kept["patternProperties"] = {name: every[name] for name in every if is_common(name)}
        if len(kept["patternProperties"]) < len(every):  # what the others match, nobody knows
            kept.pop("additionalProperties", None)
    return kept
