"""Make one plain value of a schema without drawing, as a person writes an example.

A value is one for a request: members that are `readOnly` are left out. Where a schema has keywords
that no construction meets for certain (`oneOf`, `not`, `if` …), the first candidate that validates
is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from apicheck.model.json import MISSING, Json, refuse_constant
from apicheck.requests.flattening import flatten_schema, kind_of, leads_nowhere
from apicheck.requests.numbers import list_numbers
from apicheck.requests.strings import DrawText, draw_no_text, sample_text
from apicheck.schemas import WRITE_ONLY, SchemaError, find_schema_errors

_DEPTH = 8
_AT_MOST = 2_000
"""Values made for one: alternatives inside alternatives are many."""
_MOST_ITEMS = 100_000
_HARD = ("oneOf", "anyOf", "not", "if", "dependentSchemas", "propertyNames", "patternProperties")
_REQUIRED = re.compile(r'^"(.+)" is a required property')
_OBVIOUS = ("name", "title", "label", "description", "text", "comment", "note", "content")
_BASIC: Mapping[str, Json] = {"boolean": True, "null": None, "": "example"}
_TYPES: Mapping[str, Any] = {
    "string": str, "boolean": bool, "integer": int | float, "number": int | float,
    "object": Mapping, "array": list, "null": type(None),
}  # fmt: skip


def sample(
    document: Json,
    schema: Json,
    *,
    named_only: bool = False,
    name: str = "",
    members: int = 0,
    draw_text: DrawText = draw_no_text,
) -> Json:
    """Make a value that a schema allows; MISSING where no plain one fits.

    named_only: only a value that the schema itself names (example, default, const, enum).
    name: of the parameter or member. members: how many an object has at least, where it may.
    draw_text: draws a text for a pattern that no plain one fits.
    """
    sampler = _Sampler(document, draw_text)
    if named_only:
        return sampler.find_named(flatten_schema(document, schema))
    return sampler.sample(schema, _DEPTH, name, members)


def complete(document: Json, schema: Json, example: Json) -> Json:
    """Make an example of the document fit for a request.

    It lacks members that are `readOnly`, and has those that are required. Text in place of an
    object or a list is read as JSON, as many authors write it.
    """
    return _Sampler(document, draw_no_text).complete(schema, example, _DEPTH)


@dataclass(slots=True)
class _Sampler:
    document: Json
    draw_text: DrawText
    open: list[Json] = field(default_factory=list)
    """The references between the top and the value that is being made."""
    made: int = 0

    def sample(self, schema: Json, depth: int, name: str = "", members: int = 0) -> Json:
        """Make a value of a schema. depth: how many levels it may still have."""
        if depth == 0 or schema is False or leads_nowhere(self.document, schema):
            return MISSING
        self.made += 1
        if self.made > _AT_MOST:
            return MISSING
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        self.open.append(reference)
        try:
            return self._sample(schema, depth, name, members)
        finally:
            self.open.pop()

    def _sample(self, schema: Json, depth: int, name: str, members: int) -> Json:
        whole = flatten_schema(self.document, schema)
        named = self.find_named(whole)
        if named is not MISSING:
            return self.complete(whole, named, depth)
        hard = any(key in whole for key in _HARD)
        otherwise: Json = MISSING
        for one in self._list_alternatives(whole, schema):
            nested = "oneOf" in one or "anyOf" in one
            value = (
                self.sample(one, depth - 1, name, members)
                if nested
                else self._sample_kind(one, depth, name, members)
            )
            if value is not MISSING and (not hard or self._fits(whole, value)):
                return value
            otherwise = value if otherwise is MISSING else otherwise
        return otherwise

    def find_named(self, whole: Mapping[str, Json]) -> Json:
        """Find a value that a schema names and does not itself rule out."""
        singles = [whole[key] for key in ("example", "default", "const") if key in whole]
        lists = [whole[key] for key in ("examples", "enum") if isinstance(whole.get(key), list)]
        for value in (*singles, *(one for many in lists for one in many)):
            if _is_plausible(whole, value):
                return value
        return MISSING

    def complete(self, schema: Json, example: Json, depth: int) -> Json:
        whole = flatten_schema(self.document, schema)
        if isinstance(example, str) and kind_of(whole) not in ("", "string", "null"):
            read = _read_json(example)  # many authors put a value into quotation marks
            example = read if _is_plausible(whole, read) else example
        if isinstance(example, list) and depth > 0:
            return [self.complete(whole.get("items", {}), one, depth - 1) for one in example]
        if not isinstance(example, Mapping) or depth == 0:
            return example
        properties: Mapping[str, Json] = whole.get("properties") or {}
        made = {
            key: self.complete(properties.get(key, {}), value, depth - 1)
            for key, value in example.items()
            if not self._is_read_only(properties.get(key, {}))
        }
        lacking = [one for one in whole.get("required") or () if one not in example]
        for key in lacking:
            if not self._is_read_only(properties.get(key, {})):
                value = self.sample(properties.get(key, {}), depth - 1, key)
                made |= {} if value is MISSING else {key: value}
        return made

    def _list_alternatives(
        self, whole: Mapping[str, Json], schema: Json
    ) -> Iterator[Mapping[str, Json]]:
        """The schemas to try: with each alternative, or branch, put into the whole."""
        plain = {key: value for key, value in whole.items() if key not in ("oneOf", "anyOf")}
        for key in ("oneOf", "anyOf"):
            for option in whole.get(key) or ():
                if not leads_nowhere(self.document, option):
                    chosen = _choose_type(whole.get("discriminator"), option)
                    yield flatten_schema(self.document, {"allOf": [plain, option, chosen]})
        if whole.get("oneOf") or whole.get("anyOf"):
            return
        yield flatten_schema(self.document, {"allOf": [plain, self._specialise(whole, schema)]})
        for branch in ("then", "else"):
            if "if" in whole and branch in whole:
                parts = [whole["if"]] if branch == "then" else []
                yield flatten_schema(self.document, {"allOf": [plain, *parts, whole[branch]]})

    def _specialise(self, whole: Mapping[str, Json], schema: Json) -> Json:
        """The schema that a discriminator without alternatives leads to: its own, or the first."""
        discriminator: Json = whole.get("discriminator")
        mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
        here = schema.get("$ref", "") if isinstance(schema, Mapping) else ""
        if not isinstance(mapping, Mapping) or not mapping or not isinstance(here, str):
            return {}
        known = {str(value): str(target) for value, target in mapping.items()}
        own = [
            v for v, t in known.items() if here and here.rpartition("/")[2] == t.rpartition("/")[2]
        ]
        value = own[0] if own else next(iter(known))
        const = {discriminator["propertyName"]: {"const": value}}
        target = {} if own or not known[value].startswith("#") else {"$ref": known[value]}
        return {"allOf": [target, {"properties": const, "required": list(const)}]}

    def _sample_kind(self, schema: Mapping[str, Json], depth: int, name: str, members: int) -> Json:
        named = self.find_named(schema)
        if named is not MISSING:
            return self.complete(schema, named, depth)
        kind = kind_of(schema)
        if kind == "object":
            return self._sample_object(schema, depth, members)
        if kind == "array":
            return self._sample_array(schema, depth)
        if kind == "string":
            return sample_text(schema, name, self.draw_text)
        if kind in ("integer", "number"):
            return next(list_numbers(schema), MISSING)
        return _BASIC.get(kind, MISSING)

    def _sample_object(self, schema: Mapping[str, Json], depth: int, members: int) -> Json:
        properties: Mapping[str, Json] = schema.get("properties") or {}
        wanted = list(schema.get("required") or ())
        made: dict[str, Json] = {}
        for name in wanted:
            inner = properties.get(name, schema.get("additionalProperties") or {})
            if self._is_read_only(inner):
                continue
            made[name] = self.sample(inner, depth - 1, name)
            if made[name] is MISSING:
                return MISSING
            wanted.extend(_list_dependent(schema, name, wanted))
        least = max(members, schema.get("minProperties") or 0)
        most = schema.get("maxProperties", len(properties) + least)
        for name in self._rank(properties):
            if len(made) >= min(least, most):
                break
            value = MISSING if name in made else self.sample(properties[name], depth - 1, name)
            made |= {} if value is MISSING else {name: value}
        return {**made, **self._add_others(schema, made, depth)}

    def _add_others(
        self, schema: Mapping[str, Json], made: Mapping[str, Json], depth: int
    ) -> Mapping[str, Json]:
        """Members that no property names, as many as `minProperties` still demands."""
        lacking = (schema.get("minProperties") or 0) - len(made)
        if lacking > _MOST_ITEMS:
            return {}
        others = schema.get("additionalProperties", True)
        patterns: Mapping[str, Json] = schema.get("patternProperties") or {}
        names = [f"example{number or ''}" for number in range(lacking)]
        if patterns:
            pattern, others = next(iter(patterns.items()))
            names = [sample_text({"pattern": pattern}, "", self.draw_text)][:lacking]
        values = [] if others is False else [self.sample(others, depth - 1) for _ in names]
        pairs = zip(names, values, strict=False)
        return {name: value for name, value in pairs if MISSING not in (name, value)}

    def _rank(self, properties: Mapping[str, Json]) -> list[str]:
        """The members that a client may set, those with an obvious value first."""

        def rank(name: str) -> tuple[bool, bool, bool]:
            whole = flatten_schema(self.document, properties[name])
            plain = kind_of(whole) == "string" and "pattern" not in whole
            obvious = plain and name.lower() in _OBVIOUS
            return self.find_named(whole) is MISSING and not obvious, not obvious, not plain

        may = [one for one in properties if not self._is_read_only(properties[one])]
        return sorted(may, key=rank)

    def _is_read_only(self, schema: Json) -> bool:
        return flatten_schema(self.document, schema).get("readOnly") is True

    def _sample_array(self, schema: Mapping[str, Json], depth: int) -> Json:
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        if max(least, schema.get("minContains", 0)) > _MOST_ITEMS:
            return MISSING
        parts = list(schema.get("prefixItems") or ())
        rest = schema.get("items", {})
        if not least and isinstance(rest, Mapping) and rest.get("$ref", MISSING) in self.open:
            return []  # a list of what holds it
        made = [self.sample(part, depth - 1) for part in parts]
        if "contains" in schema:
            both = {"allOf": [rest if isinstance(rest, Mapping) else {}, schema["contains"]]}
            made += [self.sample(both, depth - 1)] * schema.get("minContains", 1)
        if MISSING in made:
            return MISSING
        wanted = max(least, 1 if most != 0 and rest is not False and not made else 0) - len(made)
        others = list(self._list_items(rest, wanted, depth, unique=bool(schema.get("uniqueItems"))))
        if len(made) + len(others) < least:
            return MISSING
        return [*made, *others]

    def _list_items(self, schema: Json, count: int, depth: int, *, unique: bool) -> Iterator[Json]:
        """Up to so many items, all different if they have to be."""
        first = self.sample(schema, depth - 1)
        if first is MISSING:
            return
        if not unique or count <= 1:
            yield from [first] * count
            return
        whole = flatten_schema(self.document, schema)
        found: list[Json] = []
        for value in (first, *self._list_others(whole, first, count)):
            if len(found) < count and value not in found:
                found.append(value)
        yield from found

    def _list_others(self, whole: Mapping[str, Json], first: Json, count: int) -> Iterator[Json]:
        """Values near the first that a schema allows, too."""
        near: list[Json] = list(whole.get("enum") or ())
        if isinstance(first, bool):
            near += [not first]
        elif isinstance(first, int | float):
            step = whole.get("multipleOf") or 1
            near += [first + turn * step for turn in range(-count, count + 1)]
        elif isinstance(first, str):
            near += [f"{first[: len(first) - 2]}{turn:02}" for turn in range(count)]
            near += [f"{first}{turn}" for turn in range(count)]
        elif isinstance(first, Mapping) and first:
            name = next(iter(first))
            inner = flatten_schema(self.document, (whole.get("properties") or {}).get(name, {}))
            near += [{**first, name: one} for one in self._list_others(inner, first[name], count)]
        yield from (value for value in near if self._fits(whole, value))

    def _fits(self, schema: Json, value: Json) -> bool:
        """Whether a value is one for a request: `required` does not count what is `readOnly`."""
        errors = find_schema_errors(self.document, schema, value, limit=20)
        return all(self._is_excused(schema, error) for error in errors)

    def _is_excused(self, schema: Mapping[str, Json], error: SchemaError) -> bool:
        if error.keyword == WRITE_ONLY:
            return True
        lacking = _REQUIRED.match(error.message)
        if error.keyword != "required" or lacking is None:
            return False
        properties: Mapping[str, Json] = schema.get("properties") or {}
        return bool(error.pointer) or self._is_read_only(properties.get(lacking[1], {}))


def _is_plausible(whole: Mapping[str, Json], value: Json) -> bool:
    """Whether a value that a schema names is none of its author's slips."""
    kinds = whole.get("type")
    types = [_TYPES.get(str(one)) for one in (kinds if isinstance(kinds, list) else [kinds]) if one]
    of_type = not types or any(
        one is not None and isinstance(value, one) and (one is bool or not isinstance(value, bool))
        for one in types
    )
    if value is None:
        return not types or type(None) in types
    listed = whole.get("enum")
    short = isinstance(value, str) and len(value) < (whole.get("minLength") or 0)
    return of_type and not short and (not isinstance(listed, list) or value in listed)


def _read_json(text: str) -> Json:
    """Read a text as JSON; the text itself where it is none."""
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except ValueError:
        return text


def _choose_type(discriminator: Json, option: Json) -> Json:
    """Set the member of a discriminator to the value that stands for an alternative."""
    if not isinstance(discriminator, Mapping) or not isinstance(option, Mapping):
        return {}
    reference = option.get("$ref")
    if not isinstance(reference, str) or not discriminator.get("propertyName"):
        return {}
    last = reference.rpartition("/")[2]
    mapping = discriminator.get("mapping")
    pairs = mapping.items() if isinstance(mapping, Mapping) else ()
    value = next((str(key) for key, to in pairs if str(to).rpartition("/")[2] == last), last)
    name = str(discriminator["propertyName"])
    return {"properties": {name: {"enum": [value]}}, "required": [name]}


def _list_dependent(schema: Mapping[str, Json], name: str, known: list[str]) -> list[str]:
    """The members that a member demands beside it."""
    dependent = schema.get("dependentRequired")
    demanded = dependent.get(name, ()) if isinstance(dependent, Mapping) else ()
    return [one for one in demanded if one not in known]
