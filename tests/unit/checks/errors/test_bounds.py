from __future__ import annotations

from typing import Any

import pytest

from apicheck.checks.errors.bounds import find_bounds


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 100}, [1, 100]),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10}, [1, 9]),
        ({"type": "number", "minimum": 0.5, "exclusiveMaximum": 10}, [0.5]),
        ({"type": "integer", "minimum": 3, "multipleOf": 2}, []),
        ({"type": "string", "minLength": 0, "maxLength": 3}, ["", "xxx"]),
        ({"type": "string", "maxLength": 3, "pattern": "^[0-9]*$"}, []),
        ({"type": "string", "maxLength": 3, "format": "uuid"}, []),
        ({"type": "string", "maxLength": 10_000_000}, []),
        ({"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]}, ["xx"]),
        ({"type": "integer", "minimum": 1, "readOnly": True}, []),
        ({"type": "boolean"}, []),
        (True, []),
    ],
)
def test_the_values_at_the_bounds_are_valid(schema: Any, values: list[Any]) -> None:
    assert [value for _, value in find_bounds({"openapi": "3.1.0"}, schema)] == values


def test_an_exclusive_bound_of_openapi_3_0() -> None:
    schema = {"type": "integer", "minimum": 0, "exclusiveMinimum": True}
    assert list(find_bounds({"openapi": "3.0.3"}, schema)) == [("next to the minimum", 1)]
