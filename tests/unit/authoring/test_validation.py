"""What of a recorded body is no evidence against a schema."""

from typing import Any

import pytest

from apicheck.authoring import validation
from apicheck.checks.conformance.response import CHECK
from apicheck.pages.setting import subject_of

WORLD = subject_of(CHECK, {}).context
MARK = "$APICHECK_ISSUED_1"


def errors(schema: Any, value: Any) -> list[str]:
    return [error.pointer for error in validation.find_body_errors(WORLD, schema, value)]


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "("},
        {"properties": {"a": {"$ref": "#/components/schemas/Nowhere"}}},
        {"type": "nonsense"},
    ],
)
def test_a_schema_that_cannot_be_compiled_judges_nothing(schema: Any) -> None:
    assert errors(schema, {"a": 1}) == []


def test_an_error_at_a_placeholder_is_none() -> None:
    short = {"type": "string", "maxLength": 5}
    assert errors({"additionalProperties": short}, {"a": f"Bearer {MARK}", "b": "too long"}) == [
        "/b"
    ]
    assert errors({"items": {"oneOf": [short, {"const": 1}]}}, [MARK, "too long"]) == ["/1"]
    assert errors({"type": "array", "items": short}, {"a": MARK}) == [""]


@pytest.mark.parametrize(
    "schema",
    [
        {"required": ["a"], "properties": {"a": {"writeOnly": True}}},
        {"allOf": [{"required": ["a"]}, {"properties": {"a": {"writeOnly": True}}}]},
        {"required": ["a"], "properties": {"a": {"allOf": [{"writeOnly": True}]}}},
    ],
)
def test_what_no_response_has_is_not_required_of_one(schema: Any) -> None:
    assert errors(schema, {}) == []


def test_a_circle_of_references_is_followed_once() -> None:
    schema = {"required": ["a"], "properties": {"b": {"$ref": "#/components/schemas/Circle"}}}
    assert errors(schema, {}) in ([""], [])
