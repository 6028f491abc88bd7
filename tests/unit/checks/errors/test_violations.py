from typing import Any

import pytest

from apicheck.authoring import MISSING, alter, pointers, schemas
from apicheck.checks.errors._violations import Violation, body_violations, vary_violations

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "kind"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[A-Z]"},
        "kind": {"enum": ["a", "b"]},
        "age": {"type": ["integer", "null"], "minimum": 0, "exclusiveMaximum": 200},
        "tags": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "uniqueItems": True,
            "items": {"type": "string"},
        },
        "mail": {"type": "string", "format": "email"},
        "author": {"$ref": "#/components/schemas/Author"},
        "anything": {},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "components": {
        "schemas": {
            "Author": {
                "allOf": [
                    {"type": "object", "required": ["of"], "properties": {"of": {"const": "x"}}}
                ]
            }
        }
    },
}
BODY = {"name": "Ada", "kind": "a", "age": 36, "tags": ["t"], "author": {"of": "x"}}


def broken(body: Any, violation: Violation) -> Any:
    if violation.value is MISSING:
        return alter.without_value(body, violation.pointer)
    return pointers.with_value(body, violation.pointer, violation.value)


def test_every_violation_is_excluded_by_the_schema_and_breaks_one_place() -> None:
    found = [one for one in body_violations(DOCUMENT, SCHEMA, BODY) if one.kind != "format"]
    for violation in found:
        errors = schemas.find_schema_errors(DOCUMENT, SCHEMA, broken(BODY, violation))
        assert errors, violation
        assert all(violation.pointer.startswith(error.pointer) for error in errors), violation


def test_each_kind_of_rule_is_broken_where_it_stands() -> None:
    found = {(one.kind, one.pointer) for one in body_violations(DOCUMENT, SCHEMA, BODY)}
    assert found >= {
        ("required", "/name"),
        ("required", "/author/of"),
        ("type", "/name"),
        ("type", "/age"),
        ("type", "/tags"),
        ("type", "/author"),
        ("choice", "/kind"),
        ("choice", "/author/of"),
        ("range", "/age"),
        ("length", "/name"),
        ("length", "/tags"),
        ("unique", "/tags"),
        ("pattern", "/name"),
        ("format", "/mail"),
    }


def test_members_that_may_be_anything_or_are_read_only_are_not_broken() -> None:
    places = {one.pointer for one in body_violations(DOCUMENT, SCHEMA, BODY)}
    assert not places & {"/anything", "/id"}


def test_a_value_that_another_branch_of_the_schema_allows_is_left_out() -> None:
    schema = {"type": "object", "properties": {"n": {"anyOf": [{"type": "integer"}, {}]}}}
    assert body_violations(DOCUMENT, schema, {"n": 1}) == ()


@pytest.mark.parametrize("schema", [None, True, {}, {"$ref": "#/nowhere"}, {"type": "string"}])
def test_a_schema_without_rules_for_members_has_no_violations(schema: Any) -> None:
    assert body_violations(DOCUMENT, schema, {"n": 1}) == ()


def test_a_small_selection_has_as_many_kinds_as_possible() -> None:
    found = body_violations(DOCUMENT, SCHEMA, BODY)
    kinds = {one.kind for one in found}
    assert {one.kind for one in vary_violations(found, len(kinds))} == kinds
    assert len(vary_violations(found, 3)) == 3
