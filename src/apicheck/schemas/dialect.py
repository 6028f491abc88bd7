"""Translates the schemas of a document into JSON Schema 2020-12, and compiles them.

OpenAPI 3.0 dialect included: `nullable`, boolean `exclusiveMinimum`, siblings of `$ref` ignored.
In both versions `int32` and `int64` are ranges; a response need not have properties that are
`writeOnly`, and may have them only as null; a `discriminator` selects the schema of a value. Of
the formats, FORMATS are asserted and others are not.

A compiled schema holds what it refers to, directly or through others, and not the whole document:
a large document has thousands of schemas, and a run compiles hundreds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from apicheck.model.json import MISSING, Json, at, members_of
from apicheck.model.references import follow, locate, pointer_of, reference_in
from apicheck.schemas.keywords import LISTS, MAPS, ONE, keep_assertions
from apicheck.schemas.openness import Openness
from apicheck.schemas.patterns import ECMA_PATTERN, EcmaPattern

FORMATS = (
    "date", "date-time", "email", "ipv4", "ipv6", "uri", "uri-reference", "uuid",
)  # fmt: skip
"""Formats with one definition that servers keep: RFC 3339, 3986, 5321, 9562."""

NEVER_SENT = "x-apicheck-never-sent"
"""Keyword of a property that is writeOnly."""

_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_KEPT_SCHEMAS = 512


@dataclass(slots=True)
class Dialect:
    """The schemas of one document. validator: a schema as JSON -> its compiled validator."""

    document: Mapping[str, Json]
    validator: Callable[[bytes], Any] = field(init=False)
    resolved: dict[str, Json] = field(default_factory=dict)
    """Reference -> the schema at its end: every response asks for the same ones."""
    _old: bool = field(init=False)
    _openness: Openness = field(init=False)
    _names: dict[str, str] = field(default_factory=dict)
    """Reference -> the name below `$defs` of the schema that it leads to."""
    _references: dict[str, str] = field(default_factory=dict)
    """The same the other way round."""
    _targets: dict[str, tuple[Json, frozenset[str]]] = field(default_factory=dict)
    """Name below `$defs` -> the translated schema, and the names to which it refers."""
    _met: set[str] = field(default_factory=set)
    """The names to which the schema refers that is being translated."""

    def __post_init__(self) -> None:
        self._old = str(self.document.get("openapi", "3.1")).startswith("3.0")
        self._openness = Openness(self.document)
        self.validator = lru_cache(maxsize=_KEPT_SCHEMAS)(self._compile)

    def _compile(self, written: bytes) -> Any:
        schema, targets = self.translate(orjson.loads(written))
        return jsonschema_rs.Draft202012Validator(
            {"allOf": [schema], "$defs": targets},
            validate_formats=True,
            keywords={NEVER_SENT: _NeverSent, ECMA_PATTERN: EcmaPattern},
            offline=True,
        )

    def translate(self, schema: Json) -> tuple[Json, dict[str, Json]]:
        """A schema as JSON Schema 2020-12, and what its references lead to, by name."""
        translated, due = self._translate(schema)
        targets: dict[str, Json] = {}
        while due:
            name = due.pop()
            if name not in targets:
                targets[name], more = self._translate_target(name)
                due |= more
        return translated, targets

    def _translate_target(self, name: str) -> tuple[Json, frozenset[str]]:
        if name not in self._targets:
            target = at(self.document, pointer_of(self._references[name]))
            schema, names = self._translate(target)
            self._targets[name] = (schema, frozenset(names))
        return self._targets[name]

    def _translate(self, schema: Json) -> tuple[Json, set[str]]:
        """A schema as JSON Schema 2020-12, and the names below `$defs` to which it refers."""
        self._met = set()
        translated = self._translate_schema(schema)
        return translated, self._met

    def _refer(self, reference: Json) -> dict[str, Json]:
        """A reference to a target below `$defs`; any value is valid where it leads nowhere."""
        end, _ = locate(self.document, {"$ref": reference})
        if end is MISSING or reference_in(end) is not None:
            return {}
        name = self._names.setdefault(reference, str(len(self._names)))
        self._references[name] = reference
        self._met.add(name)
        return {"$ref": f"#/$defs/{name}"}

    def _translate_schema(self, schema: Json) -> Json:
        if not isinstance(schema, Mapping):
            return schema is not False
        refers = self._refer(schema["$ref"]) if isinstance(schema.get("$ref"), str) else {}
        if self._old and "$ref" in schema:
            return refers
        schema = self._openness.loosen(schema)
        result = {key: self._translate_part(key, value) for key, value in schema.items()}
        self._drop_write_only(result, schema)
        self._apply_discriminator(result, schema)
        _add_range(result)
        if result.get("format") not in FORMATS:
            result.pop("format", None)
        if self._old:
            _translate_bounds(result)
        result = {**keep_assertions(result), **refers}
        return _add_null(result) if self._old and schema.get("nullable") is True else result

    def _translate_part(self, key: str, value: Json) -> Json:
        """The value of a keyword, with the schemas in it translated."""
        if key in MAPS and isinstance(value, Mapping):
            return {name: self._translate_schema(one) for name, one in value.items()}
        if key in LISTS and isinstance(value, list):
            return [self._translate_schema(one) for one in value]
        if key in ONE and isinstance(value, Mapping):
            return self._translate_schema(value)
        return value

    def _drop_write_only(self, result: dict[str, Json], schema: Mapping[str, Json]) -> None:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping):
            return
        unsent = {name for name, inner in properties.items() if self._is_write_only(inner)}
        if isinstance(schema.get("required"), list):
            result["required"] = [name for name in schema["required"] if name not in unsent]
        result["properties"] |= {name: {NEVER_SENT: True} for name in unsent}

    def _apply_discriminator(self, result: dict[str, Json], schema: Mapping[str, Json]) -> None:
        """Validate a value only against the schema that its discriminator names.

        A value that names none is validated against all, as without a discriminator.
        """
        discriminator = schema.get("discriminator")
        key = next((key for key in ("oneOf", "anyOf") if isinstance(schema.get(key), list)), "")
        if not isinstance(discriminator, Mapping) or not key:
            return
        member = str(discriminator.get("propertyName", ""))
        decided: Json = {key: result.pop(key)}
        for value, reference in _map_discriminator(discriminator, schema[key]).items():
            this = {"properties": {member: {"const": value}}, "required": [member]}
            decided = {"if": this, "then": self._refer(reference), "else": decided}
        _add_rule(result, decided)

    def _is_write_only(self, schema: Json) -> bool:
        found = follow(self.document, schema)
        return isinstance(found, Mapping) and found.get("writeOnly") is True


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
    references = [reference for one in schemas if (reference := reference_in(one))]
    by_name = {reference.rpartition("/")[2]: reference for reference in references}
    mapping = discriminator.get("mapping")
    for value, target in members_of(mapping).items():
        reference = by_name.get(str(target), str(target))
        if reference in references:
            by_name[str(value)] = reference
    return by_name


def _add_rule(schema: dict[str, Json], rule: Json) -> None:
    others = schema.get("allOf")
    schema["allOf"] = [*(others if isinstance(others, list) else ()), rule]


def _add_range(schema: dict[str, Json]) -> None:
    low, high = _RANGES.get(str(schema.get("format")), (None, None))
    types = schema.get("type")
    if low is not None and "integer" in (types if isinstance(types, list) else [types]):
        _add_rule(schema, {"minimum": low, "maximum": high})


def _translate_bounds(schema: dict[str, Json]) -> None:
    """Turn the exclusive bounds of OpenAPI 3.0, which are true or false, into numbers."""
    for keyword, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        exclusive = schema.get(keyword)
        if isinstance(exclusive, bool):
            del schema[keyword]
            if exclusive and bound in schema:
                schema[keyword] = schema.pop(bound)


def _add_null(schema: dict[str, Json]) -> Json:
    """A schema that also allows null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema and "allOf" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [{"type": "null"}, schema]}
