"""JSON Schemas of an OpenAPI document as compiled validators, for answers in the hot path.

OpenAPI 3.0 dialect included: `nullable`, boolean `exclusiveMinimum`, siblings of `$ref` ignored.
In both versions `int32` and `int64` are ranges, and properties that are `writeOnly` are not
required of an answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any

import jsonschema_rs
import orjson

from apicheck.model.json import MISSING, Json, at, child

_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_KEPT_DOCUMENTS = 8
_MESSAGE_SHOWN = 240
_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_ONE_MORE = ("propertyNames", "unevaluatedProperties", "unevaluatedItems")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One way in which a value breaks a schema. pointer: into the value."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} at {self.pointer or 'the top'}"

    @property
    def place(self) -> str:
        """The pointer with `*` for the number of a list's element: the same for each of them."""
        return re.sub(r"/\d+(?=/|$)", "/*", self.pointer)


def schema_errors(
    document: Mapping[str, Json], schema: Json, value: Json, *, limit: int = 5
) -> tuple[SchemaError, ...]:
    """How a value breaks a schema; () when it fits.

    document: what `$ref`s in the schema point into. schema: a schema, or None (anything fits).
    At most `limit` errors. A schema that cannot be compiled is one error at "".
    """
    if schema is None or schema is True:
        return ()
    try:
        validator = _dialect(document).validator(orjson.dumps(schema))
        errors = []
        for error in validator.iter_errors(value):
            pointer = reduce(child, error.instance_path, "")
            errors.append(SchemaError(pointer, _short(str(error.message))))
            if len(errors) == limit:
                break
    except (ValueError, RecursionError) as problem:
        return (SchemaError("", f"cannot be validated: {problem}"),)
    return tuple(errors)


def resolve(document: Mapping[str, Json], schema: Json) -> Json:
    """What a schema is after its `$ref`s; {} when they lead nowhere or in a circle."""
    seen: set[str] = set()
    while isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str):
        reference = schema["$ref"]
        found = at(document, reference.removeprefix("#")) if reference[:1] == "#" else MISSING
        if reference in seen or found is MISSING:
            return {}
        seen.add(reference)
        schema = found
    return schema


def _short(message: str) -> str:
    """A message without the middle of a long value that it quotes."""
    half = _MESSAGE_SHOWN // 2
    short = len(message) <= _MESSAGE_SHOWN
    return message if short else f"{message[:half]} … {message[-half:]}"


_dialects: dict[int, _Dialect] = {}


def _dialect(document: Mapping[str, Json]) -> _Dialect:
    """The compiled side of a document. Keyed by identity: the entry keeps the document alive."""
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
        self._root = {key: self._any(value) for key, value in self.document.items()}
        self.validator = lru_cache(maxsize=2048)(self._compiled)

    def _compiled(self, schema: bytes) -> Any:
        root = {**self._root, "allOf": [self._schema(orjson.loads(schema))]}
        return jsonschema_rs.Draft202012Validator(root)

    def _any(self, value: Json) -> Json:
        """A part of the document with every schema in it translated."""
        if isinstance(value, list):
            return [self._any(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        return {
            key: self._schema(inner)
            if key == "schema"
            else {name: self._schema(one) for name, one in inner.items()}
            if key == "schemas" and isinstance(inner, Mapping)
            else self._any(inner)
            for key, inner in value.items()
        }

    def _schema(self, schema: Json) -> Json:
        if not isinstance(schema, Mapping):
            return schema
        if self._old and "$ref" in schema:
            return {"$ref": schema["$ref"]}
        result = dict(schema)
        for key in _MAPS:
            if isinstance(result.get(key), Mapping):
                result[key] = {name: self._schema(one) for name, one in result[key].items()}
        for key in _LISTS:
            if isinstance(result.get(key), list):
                result[key] = [self._schema(one) for one in result[key]]
        for key in (*_ONE, *_ONE_MORE):
            if isinstance(result.get(key), Mapping):
                result[key] = self._schema(result[key])
        self._without_write_only(result)
        _with_range(result)
        return _translated(result) if self._old else result

    def _without_write_only(self, schema: dict[str, Json]) -> None:
        properties = schema.get("properties")
        if isinstance(properties, Mapping) and isinstance(schema.get("required"), list):
            schema["required"] = [
                name for name in schema["required"] if not self._write_only(properties.get(name))
            ]

    def _write_only(self, schema: Json) -> bool:
        found = resolve(self.document, schema)
        return isinstance(found, Mapping) and found.get("writeOnly") is True


def _with_range(schema: dict[str, Json]) -> None:
    low, high = _RANGES.get(str(schema.get("format")), (None, None))
    types = schema.get("type")
    if low is not None and "integer" in (types if isinstance(types, list) else [types]):
        schema["allOf"] = [*schema.get("allOf", ()), {"minimum": low, "maximum": high}]


def _translated(schema: dict[str, Json]) -> Json:
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
