"""Validates values against the schemas of an OpenAPI document, compiled and cached.

OpenAPI 3.0 dialect included: `nullable`, boolean `exclusiveMinimum`, siblings of `$ref` ignored.
In both versions `int32` and `int64` are ranges; a response need not have properties that are
`writeOnly`, and may have them only as null; a `discriminator` selects the schema of a value. Of
the formats, FORMATS are asserted and others are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any

import jsonschema_rs
import orjson

from apicheck.model.json import Json, child_pointer
from apicheck.model.references import follow

FORMATS = (
    "date", "date-time", "email", "ipv4", "ipv6", "uri", "uri-reference", "uuid",
)  # fmt: skip
"""Formats with one definition that servers keep: RFC 3339, 3986, 5321, 9562."""

WRITE_ONLY = "writeOnly"
"""Keyword of the error of a property that a response must not have."""

_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_KEPT_DOCUMENTS = 8
_MESSAGE_SHOWN = 240
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_ONE_MORE = ("propertyNames", "unevaluatedProperties", "unevaluatedItems")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One way in which a value breaks a schema. pointer: into the value. keyword: of the schema."""

    pointer: str
    message: str
    keyword: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.message} at {self.pointer or 'the top'}"

    @property
    def place(self) -> str:
        """The pointer with `*` for indexes, so that it is the same for all elements of a list."""
        return re.sub(r"/\d+(?=/|$)", "/*", self.pointer)


def find_schema_errors(
    document: Mapping[str, Json], schema: Json, value: Json, *, limit: int = 5
) -> tuple[SchemaError, ...]:
    """How a value breaks a schema; () when it is valid.

    document: holds the targets of `$ref`s. schema: a schema, or None (any value is valid).
    At most `limit` errors. A schema that cannot be compiled is one error at "".
    """
    if schema is None or schema is True:
        return ()
    try:
        validator = _find_dialect(document).validator(orjson.dumps(schema))
        errors = []
        for error in validator.iter_errors(value):
            pointer = reduce(child_pointer, error.instance_path, "")
            keyword = next((k for k in reversed(error.schema_path) if isinstance(k, str)), "")
            keyword = WRITE_ONLY if keyword == _NEVER_SENT else keyword
            errors.append(SchemaError(pointer, _shorten(str(error.message)), keyword))
            if len(errors) == limit:
                break
    except (ValueError, RecursionError) as problem:
        return (SchemaError("", f"cannot be validated: {problem}"),)
    return tuple(errors)


def resolve_schema(document: Mapping[str, Json], schema: Json) -> Json:
    """The schema at the end of its `$ref`s; {} where they lead nowhere or in a circle."""
    return follow(document, schema)


def _shorten(message: str) -> str:
    """A message without its middle when it is long."""
    half = _MESSAGE_SHOWN // 2
    short = len(message) <= _MESSAGE_SHOWN
    return message if short else f"{message[:half]} … {message[-half:]}"


_dialects: dict[int, _Dialect] = {}


def _find_dialect(document: Mapping[str, Json]) -> _Dialect:
    """The translated schemas of a document. Keyed by identity: the entry keeps it alive."""
    found = _dialects.get(id(document))
    if found is None:
        while len(_dialects) >= _KEPT_DOCUMENTS:
            _dialects.pop(next(iter(_dialects)))
        found = _dialects[id(document)] = _Dialect(document)
    return found


@dataclass(slots=True)
class _Dialect:
    document: Mapping[str, Json]
    validator: Callable[[bytes], Any] = field(init=False)
    _root: dict[str, Json] = field(init=False)
    _old: bool = field(init=False)

    def __post_init__(self) -> None:
        self._old = str(self.document.get("openapi", "3.1")).startswith("3.0")
        self._root = {key: self._translate_part(value) for key, value in self.document.items()}
        self.validator = lru_cache(maxsize=2048)(self._compile)

    def _compile(self, schema: bytes) -> Any:
        root = {**self._root, "allOf": [self._translate_schema(orjson.loads(schema))]}
        return jsonschema_rs.Draft202012Validator(
            root, validate_formats=True, keywords={_NEVER_SENT: _NeverSent}
        )

    def _translate_part(self, value: Json) -> Json:
        """A part of the document with its schemas translated."""
        if isinstance(value, list):
            return [self._translate_part(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        return {
            key: self._translate_schema(inner)
            if key == "schema"
            else {name: self._translate_schema(one) for name, one in inner.items()}
            if key == "schemas" and isinstance(inner, Mapping)
            else self._translate_part(inner)
            for key, inner in value.items()
        }

    def _translate_schema(self, schema: Json) -> Json:
        if not isinstance(schema, Mapping):
            return schema
        if self._old and "$ref" in schema:
            return {"$ref": schema["$ref"]}
        result = dict(schema)
        for key in _MAPS:
            if isinstance(result.get(key), Mapping):
                result[key] = {
                    name: self._translate_schema(one) for name, one in result[key].items()
                }
        for key in _LISTS:
            if isinstance(result.get(key), list):
                result[key] = [self._translate_schema(one) for one in result[key]]
        for key in (*_ONE, *_ONE_MORE):
            if isinstance(result.get(key), Mapping):
                result[key] = self._translate_schema(result[key])
        self._drop_write_only(result)
        self._apply_discriminator(result)
        _add_range(result)
        if result.get("format") not in FORMATS:
            result.pop("format", None)
        return _translate(result) if self._old else result

    def _drop_write_only(self, schema: dict[str, Json]) -> None:
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and isinstance(schema.get("required"), list):
            schema["required"] = [
                name for name in schema["required"] if not self._is_write_only(properties.get(name))
            ]
        if isinstance(properties, Mapping):
            schema["properties"] = {
                name: {_NEVER_SENT: True} if self._is_write_only(inner) else inner
                for name, inner in properties.items()
            }

    def _apply_discriminator(self, schema: dict[str, Json]) -> None:
        """Validate a value only against the schema that its discriminator names.

        A value that names none is validated against all, as without a discriminator.
        """
        discriminator = schema.get("discriminator")
        key = next((key for key in ("oneOf", "anyOf") if isinstance(schema.get(key), list)), "")
        if not isinstance(discriminator, Mapping) or not key:
            return
        member = str(discriminator.get("propertyName", ""))
        decided: Json = {key: schema.pop(key)}
        for value, reference in _map_discriminator(discriminator, decided[key]).items():
            this = {"properties": {member: {"const": value}}, "required": [member]}
            decided = {"if": this, "then": {"$ref": reference}, "else": decided}
        schema["allOf"] = [*schema.get("allOf", ()), decided]

    def _is_write_only(self, schema: Json) -> bool:
        found = resolve_schema(self.document, schema)
        return isinstance(found, Mapping) and found.get("writeOnly") is True


_NEVER_SENT = "x-apicheck-never-sent"


class _NeverSent:
    """The keyword of a property that no response has, in the form that jsonschema-rs needs."""

    def __init__(self, *_: object) -> None:
        """The keyword has no argument to keep."""

    def validate(self, value: Json) -> None:
        """Raise ValueError for any value but null."""
        if value is not None:
            raise ValueError("a property that is writeOnly is in a response")


def _map_discriminator(discriminator: Mapping[str, Json], schemas: list[Json]) -> dict[str, str]:
    """Value of the discriminator -> reference among the schemas (implicit names too)."""
    references = [s["$ref"] for s in schemas if isinstance(s, Mapping) and "$ref" in s]
    by_name = {str(r).rpartition("/")[2]: str(r) for r in references}
    mapping = discriminator.get("mapping")
    for value, target in (mapping if isinstance(mapping, Mapping) else {}).items():
        reference = by_name.get(str(target), str(target))
        if reference in references:
            by_name[str(value)] = reference
    return by_name


def _add_range(schema: dict[str, Json]) -> None:
    low, high = _RANGES.get(str(schema.get("format")), (None, None))
    types = schema.get("type")
    if low is not None and "integer" in (types if isinstance(types, list) else [types]):
        schema["allOf"] = [*schema.get("allOf", ()), {"minimum": low, "maximum": high}]


def _translate(schema: dict[str, Json]) -> Json:
    """An OpenAPI 3.0 schema as JSON Schema 2020-12."""
    for keyword, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        exclusive = schema.get(keyword)
        if isinstance(exclusive, bool):
            del schema[keyword]
            if exclusive and bound in schema:
                schema[keyword] = schema.pop(bound)
    if schema.pop("nullable", False) is not True:
        return schema
    if isinstance(schema.get("type"), str) and "enum" not in schema and "allOf" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [{"type": "null"}, schema]}
