"""Values for documents without examples, and schemas of both versions of OpenAPI."""

from __future__ import annotations

from typing import Any

import pytest

from reference_server.document.schemas import Schemas, find_array, parse_text, put

EMPTY = Schemas({})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "uuid"},
        {"type": "string", "minLength": 30},
        {"type": "string", "maxLength": 2},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 7},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["null", "string"]},
        {"const": 3},
        {"type": "array", "minItems": 2, "items": {"type": "integer"}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}},
        {"allOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}]},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    ],
)
def test_a_sample_is_valid(schema: Any) -> None:
    assert EMPTY.validator(schema).is_valid(EMPTY.sample(schema))


def test_a_schema_that_contains_itself_has_a_sample() -> None:
    node = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/n"}}}
    sample = Schemas({"n": node}).sample({"$ref": "#/n"})
    assert "next" in sample


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "nullable": True}, None, 1),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, 1, 2),
        ({"allOf": [{"type": "string", "nullable": True}]}, None, 1),
    ],
)
def test_schemas_of_openapi_3_0_are_read_as_they_were_meant(
    schema: Any, good: Any, bad: Any
) -> None:
    validator = Schemas({"openapi": "3.0.3"}).validator(schema)
    assert validator.is_valid(good)
    assert not validator.is_valid(bad)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", "integer", 12),
        ("-1", "integer", -1),
        ("1e3", "integer", "1e3"),
        ("1.5", "number", 1.5),
        ("true", "boolean", True),
        ("True", "boolean", "True"),
        ("9" * 5000, "integer", "9" * 5000),
        ("12", "string", "12"),
    ],
)
def test_text_becomes_the_value_that_its_schema_wants(text: str, kind: str, value: Any) -> None:
    made = parse_text(text, {"type": kind}, EMPTY)
    assert (made, type(made)) == (value, type(value))


@pytest.mark.parametrize(
    ("pointer", "made"),
    [
        ("", 1),
        ("/a", {"a": 1, "l": [{"b": 2}]}),
        ("/l/0/b", {"a": 0, "l": [{"b": 1}]}),
        ("/x/y", {"a": 0, "l": [{"b": 2}], "x": {"y": 1}}),
        ("/c~1d", {"a": 0, "l": [{"b": 2}], "c/d": 1}),
    ],
)
def test_a_value_is_put_where_a_pointer_points(pointer: str, made: Any) -> None:
    document = {"a": 0, "l": [{"b": 2}]}
    assert put(document, pointer, 1) == made
    assert document == {"a": 0, "l": [{"b": 2}]}


@pytest.mark.parametrize(
    ("value", "pointer"),
    [([], ""), ({"data": []}, "/data"), ({"a": {"b": []}, "c": []}, "/c"), ({"a": 1}, "-")],
)
def test_the_first_array_is_found_breadth_first(value: Any, pointer: str) -> None:
    assert find_array(value) == pointer
