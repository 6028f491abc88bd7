"""Header fields are read in style `simple`, as whatever their schema takes."""

from typing import Any

import pytest

from apicheck.authoring.document import HeaderDoc
from apicheck.checks.conformance import _fields
from apicheck.checks.conformance.response import CHECK
from apicheck.pages.setting import subject_of

WORLD = subject_of(CHECK, {}).context
INTEGER, NUMBER, BOOLEAN = {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
NUMBERS = {"type": "array", "items": INTEGER}
POINT = {
    "type": "object",
    "properties": {"x": INTEGER, "on": BOOLEAN},
    "required": ["x"],
    "additionalProperties": False,
}
WORD = {"type": "string", "enum": ["none"]}
EXPLODED, AS_JSON = {"explode": True}, {"json": True}


def errors(schema: Any, text: str, **how: bool) -> list[str]:
    header = HeaderDoc("X-Thing", required=True, schema=schema, **how)
    return [error.message for error in _fields.find_errors(WORLD, header, text)]


@pytest.mark.parametrize(
    ("schema", "text", "how"),
    [
        (INTEGER, "42", {}),
        ({"type": "integer", "format": "int64"}, "9007199254740993123", {}),
        (NUMBER, "5.0067901611328125e-05", {}),
        (NUMBER, "0.01234567890123456", {}),
        (NUMBER, "12345678901234567890.5", {}),
        (NUMBER, "1E3", {}),
        ({"type": ["number", "null"]}, "4.5", {}),
        ({"type": ["integer", "null"]}, "null", {}),
        (BOOLEAN, "true", {}),
        ({"type": "string"}, "1,2", {}),
        ({"type": "string", "pattern": "^[0-9]+$"}, "7", {}),
        ({"oneOf": [INTEGER, WORD]}, "7", {}),
        ({"oneOf": [INTEGER, WORD]}, "none", {}),
        ({"anyOf": [BOOLEAN, {"allOf": [INTEGER, {"minimum": 2}]}]}, "3", {}),
        ({"allOf": [{"anyOf": [{"type": "null"}, NUMBERS]}]}, "1, 2", {}),
        ({"enum": [1, 2, "many"]}, "2", {}),
        ({"const": 7}, "7", {}),
        (NUMBERS, "1, 2,3", {}),
        ({"type": "array", "items": {"oneOf": [INTEGER, WORD]}}, "1, none", {}),
        ({"type": "array"}, "a,b", {}),
        ({"type": "array", "maxItems": 0}, "", {}),
        (POINT, "x,1,on,true", {}),
        (POINT, "x=1,on=false", EXPLODED),
        (POINT, '{"x": 1}', AS_JSON),
        ({}, "7", {}),
    ],
)
def test_a_field_fits_in_any_reading_that_its_schema_takes(
    schema: Any, text: str, how: dict[str, bool]
) -> None:
    assert errors(schema, text, **how) == []


@pytest.mark.parametrize(
    ("schema", "text", "how", "words"),
    [
        (INTEGER, "4.2", {}, "integer"),
        (INTEGER, "soon", {}, "integer"),
        ({**INTEGER, "minimum": 0}, "-5", {}, "less than"),
        ({"type": "integer", "format": "int64"}, "99999999999999999999", {}, "greater than"),
        (NUMBER, "1.2.3", {}, "number"),
        (BOOLEAN, "yes", {}, "boolean"),
        ({"oneOf": [INTEGER, WORD]}, "some", {}, "oneOf"),
        (NUMBERS, "1,two", {}, "integer"),
        (POINT, "x", EXPLODED, "integer"),
        (POINT, "on,true", {}, "required"),
        (POINT, "{", AS_JSON, "object"),
    ],
)
def test_a_field_that_fits_in_no_reading_has_the_error_of_the_nearest_one(
    schema: Any, text: str, how: dict[str, bool], words: str
) -> None:
    assert any(words in message for message in errors(schema, text, **how))
