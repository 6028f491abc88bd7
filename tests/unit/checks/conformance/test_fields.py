"""Header fields are parsed in style `simple`."""

from typing import Any

import pytest

from apicheck.authoring.document import HeaderDoc
from apicheck.checks.conformance import _fields
from apicheck.checks.conformance.response import CHECK
from apicheck.pages.setting import subject_of

WORLD = subject_of(CHECK, {}).context
NUMBERS = {"type": "array", "items": {"type": "integer"}}
POINT = {"type": "object", "properties": {"x": {"type": "integer"}, "on": {"type": "boolean"}}}


@pytest.mark.parametrize(
    ("schema", "how", "text", "value"),
    [
        ({"type": "integer"}, {}, "42", 42),
        ({"type": "integer"}, {}, "4.2", "4.2"),
        ({"type": ["number", "null"]}, {}, "4.5", 4.5),
        ({"type": "boolean"}, {}, "true", True),
        ({"type": "string"}, {}, "1,2", "1,2"),
        (NUMBERS, {}, "1, 2,3", [1, 2, 3]),
        (NUMBERS, {}, "1,two", [1, "two"]),
        ({"type": "array"}, {}, "a,b", ["a", "b"]),
        (POINT, {}, "x,1,on,true", {"x": 1, "on": True}),
        (POINT, {"explode": True}, "x=1,on=false", {"x": 1, "on": False}),
        (POINT, {"explode": True}, "x", {"x": ""}),
        (POINT, {"json": True}, '{"x": 1}', {"x": 1}),
        (POINT, {"json": True}, "{", "{"),
        ({}, {}, "7", "7"),
    ],
)
def test_a_field_is_read_as_the_type_that_its_schema_names(
    schema: Any, how: dict[str, bool], text: str, value: Any
) -> None:
    header = HeaderDoc("X-Thing", required=True, schema=schema, **how)
    assert _fields.parse_value(WORLD, header, text) == value
