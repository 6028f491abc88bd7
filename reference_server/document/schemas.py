"""Schemas of the document: validation, members, and values for those without an example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

import jsonschema_rs

from apicheck.model.json import Json, at

NO_ARRAY = "-"
_LEVELS = 4
"""Of objects within objects in which an array is looked for."""


class Validator(Protocol):
    """What the server needs of a compiled schema."""

    def is_valid(self, value: Json) -> bool:
        """Whether a value is valid."""
        ...

    def iter_errors(self, value: Json) -> Iterator[jsonschema_rs.ValidationError]:
        """What is wrong with it."""
        ...


_DEPTH = 12


class Schemas:
    """The schemas of one document. OpenAPI 3.0's `nullable` is read as 3.1 writes it."""

    def __init__(self, document: Mapping[str, Json]) -> None:
        self._old = str(document.get("openapi", "")).startswith("3.0")
        self._components = _modernize(document.get("components", {}), old=self._old)
        self._document = {**document, "components": self._components}
        self._compiled: dict[int | str, tuple[Json, Validator]] = {}

    def validator(self, schema: Json) -> Validator:
        """A schema, compiled once. schema: as the document or the policy has it; None: any."""
        key = _make_key(schema)
        known = self._compiled.get(key)
        if known is None:
            inner = {} if schema is None else _modernize(schema, old=self._old)
            whole = {"components": self._components, "allOf": [inner]}
            made: Validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
            known = self._compiled[key] = (schema, made)
        return known[1]

    def named(self, schema: Json) -> Json:
        """A schema given as the name of a component, or inline."""
        if isinstance(schema, str):
            return {"$ref": f"#/components/schemas/{schema}"}
        return schema

    def resolved(self, schema: Json) -> Mapping[str, Json]:
        """A schema without `$ref` at its top."""
        for _ in range(_DEPTH):
            if not isinstance(schema, Mapping):
                return {}
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                return schema
            schema = at(self._document, reference.removeprefix("#"))
        return {}

    def members(self, schema: Json, depth: int = 0) -> dict[str, Json]:
        """The properties that a schema names, those of its `allOf` and `anyOf` too."""
        flat = self.resolved(schema)
        found: dict[str, Json] = dict(flat.get("properties", {}))
        if depth < _DEPTH:
            for part in (*flat.get("allOf", ()), *flat.get("anyOf", ()), *flat.get("oneOf", ())):
                found = {**self.members(part, depth + 1), **found}
        return found

    def required(self, schema: Json, depth: int = 0) -> tuple[str, ...]:
        """The members that a schema requires, those of its `allOf` too."""
        flat = self.resolved(schema)
        names = tuple(flat.get("required", ()))
        if depth < _DEPTH:
            for part in flat.get("allOf", ()):
                names += self.required(part, depth + 1)
        return names

    def below(self, schema: Json, pointer: str) -> Json:
        """The schema of what a pointer points to in a value of this one; {} where unknown."""
        for token in pointer.split("/")[1:]:
            flat = self.resolved(schema)
            members = self.members(schema)
            schema = members.get(token, flat.get("items", {}) if token.isdigit() else {})
        return schema

    def sample(self, schema: Json, depth: int = 0) -> Json:
        """A value that the schema itself suggests: its example, else the plainest one."""
        flat = self.resolved(schema)
        for key in ("example", "const", "default"):
            if key in flat:
                return flat[key]
        for key in ("examples", "enum"):
            if flat.get(key):
                return flat[key][0]
        if flat.get("oneOf") or flat.get("anyOf"):
            return self.sample((flat.get("oneOf") or flat["anyOf"])[0], depth + 1)
        kind = flat.get("type", "object" if self.members(flat) else None)
        kind = next((k for k in kind if k != "null"), "null") if isinstance(kind, list) else kind
        if kind == "object" or (kind is None and flat.get("allOf")):
            members = self.members(flat)
            names = self.required(flat) if depth < _DEPTH else ()
            return {name: self.sample(members.get(name, {}), depth + 1) for name in names}
        if kind == "array":
            count = int(flat.get("minItems", 0))
            return [self.sample(flat.get("items", {}), depth + 1) for _ in range(count)]
        return _make_scalar(flat, str(kind))


_BY_FORMAT = {
    "uuid": "3f2b8c1e-6a1d-4c53-9a51-1f3a1d0c5b7e",
    "date-time": "2026-11-02T09:30:00Z",
    "date": "2026-11-02",
    "email": "ada@example.com",
    "uri": "https://example.com/",
    "uri-reference": "/",
}


def _make_scalar(schema: Mapping[str, Json], kind: str) -> Json:
    if kind == "string":
        text = _BY_FORMAT.get(str(schema.get("format")), "text")
        return text.ljust(int(schema.get("minLength", 0)), "x")[: schema.get("maxLength")]
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return kind == "boolean" or None


def _make_key(schema: Json) -> int | str:
    """The key of a compiled schema: the text of a reference, the identity of any other schema."""
    is_reference = isinstance(schema, Mapping) and set(schema) == {"$ref"}
    return str(schema["$ref"]) if is_reference else id(schema)


def _modernize(schema: Json, *, old: bool) -> Json:
    """A schema of OpenAPI 3.0 as JSON Schema: `nullable` and exclusive bounds."""
    if not old:
        return schema
    if isinstance(schema, list):
        return [_modernize(item, old=True) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {key: _modernize(value, old=True) for key, value in schema.items()}
    nullable = made.pop("nullable", False)
    for bound in ("Minimum", "Maximum"):
        if made.get(f"exclusive{bound}") is True:
            made[f"exclusive{bound}"] = made.pop(bound.lower())
        elif made.get(f"exclusive{bound}") is False:
            made.pop(f"exclusive{bound}")
    return {"anyOf": [made, {"type": "null"}]} if nullable is True else made


def remove_required(schemas: Schemas, schema: Json, value: Json, instead: Json = None) -> Json:
    """A value without the last required member of its innermost envelope; for faults alone.

    The member `id` is never taken. Of a list, each item loses its own. instead: a list whose one
    item replaces the member.
    """
    if isinstance(value, list):
        inner = schemas.resolved(schema).get("items", {})
        return [remove_required(schemas, inner, item, instead) for item in value]
    if not isinstance(value, Mapping):
        return value
    members = schemas.members(schema)
    required = [n for n in schemas.required(schema) if n in value and n != "id"]
    if len(required) == 1 and isinstance(value[required[0]], Mapping | list):
        name = required[0]
        inner = remove_required(schemas, members.get(name, {}), value[name], instead)
        return {**value, name: inner}
    if not required:
        # A schema may say nothing of this level and all of the one below.
        inner_values = {name: item for name, item in value.items() if isinstance(item, Mapping)}
        return {
            **value,
            **{
                name: remove_required(schemas, members[name], item, instead)
                for name, item in inner_values.items()
                if name in members
            },
        }
    kept = {name: item for name, item in value.items() if name != required[-1]}
    return kept if instead is None else {**kept, required[-1]: instead[0]}


def put(document: Json, pointer: str, value: Json) -> Json:
    """The document with the value at a pointer replaced; missing objects are made."""
    if pointer in ("", "/"):
        return value
    head, _, rest = pointer.removeprefix("/").partition("/")
    key = head.replace("~1", "/").replace("~0", "~")
    below = f"/{rest}" if rest else ""
    if isinstance(document, list) and key.isdigit() and int(key) < len(document):
        changed = list(document)
        changed[int(key)] = put(document[int(key)], below, value)
        return changed
    whole = dict(document) if isinstance(document, Mapping) else {}
    whole[key] = put(whole.get(key, {}), below, value)
    return whole


def parse_text(text: str, schema: Json, schemas: Schemas) -> Json:
    """A parameter's or form field's text as the JSON value that its schema wants."""
    kinds = schemas.resolved(schema).get("type", "string")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "integer" in kinds and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if "number" in kinds and re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", text):
        return float(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def find_array(value: Json) -> str:
    """The pointer of the first array in a value, breadth first; NO_ARRAY where it has none."""
    level: list[tuple[str, Json]] = [("", value)]
    for _ in range(_LEVELS):
        following: list[tuple[str, Json]] = []
        for pointer, item in level:
            if isinstance(item, list):
                return pointer
            if isinstance(item, Mapping):
                following += [(f"{pointer}/{key}", inner) for key, inner in item.items()]
        level = following
    return NO_ARRAY
