"""A change that would show: another value than the object has, which the document allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from apicheck.authoring import UNIQUE, Request, variation

FACTS = {"authorization": {"refusal": 403}}


def sending(bench: Callable[..., Any], properties: Any, sent: Any) -> tuple[Any, Request]:
    """An operation whose body has such properties, and the request that sends one."""
    schema = {"type": "object", "properties": properties}
    body = {"content": {"application/json": {"schema": schema, "example": sent}}}
    spec = {"paths": {"/contacts/{contactId}": {"patch": {"requestBody": body}}}}
    made = bench("scopes/effect-of-refusal", facts=FACTS, operation="updateContact", spec=spec)
    request = Request(
        "PATCH",
        "/contacts/c1",
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(sent).encode(),
    )
    return made.subject, request


def asking(bench: Callable[..., Any], properties: Any, sent: Any, shown: Any) -> Any:
    """What the request asks for in the end."""
    subject, request = sending(bench, properties, sent)
    return json.loads(variation.ask_for_change(subject, request, shown).body or b"null")


@pytest.mark.parametrize(
    ("schema", "value", "other"),
    [
        ({"type": "integer"}, 7, 8),
        ({"type": "integer", "maximum": 7}, 7, 6),
        ({"type": "integer", "minimum": 7, "maximum": 7}, 7, 7),
        ({"type": "number", "multipleOf": 5}, 5, 10),
        ({"type": "integer", "exclusiveMaximum": 8, "minimum": 1}, 7, 6),
        ({"type": "boolean"}, True, False),
        ({"type": "string", "enum": ["new", "old"]}, "new", "old"),
        ({"type": "string", "enum": ["new"]}, "new", "new"),
        ({"type": "string", "maxLength": 3}, "abc", "aba"),
        ({"type": "string", "format": "date"}, "2026-01-01", "2026-01-01"),
        ({"type": "string", "const": "x"}, "x", "x"),
    ],
)
def test_another_value_is_asked_for_where_the_schema_has_one(
    bench: Callable[..., Any], schema: Any, value: Any, other: Any
) -> None:
    got = asking(bench, {"size": schema}, {"size": value}, {"size": value})
    assert got == {"size": other}


def test_a_text_gets_a_mark_that_no_other_request_has(bench: Callable[..., Any]) -> None:
    text = {"type": "string", "maxLength": 80}
    got = asking(bench, {"name": text, "size": {"type": "integer"}}, {"size": 1, "name": "Ada"}, {})
    assert UNIQUE in got["name"]
    assert got["size"] == 1


def test_what_differs_from_the_object_already_stays(bench: Callable[..., Any]) -> None:
    got = asking(bench, {"size": {"type": "integer"}}, {"size": 2}, {"size": 1})
    assert got == {"size": 2}


def test_a_body_that_is_no_object_stays(bench: Callable[..., Any]) -> None:
    assert asking(bench, {}, [1], {}) == [1]


def test_a_text_inside_an_object_can_be_marked_too(bench: Callable[..., Any]) -> None:
    party = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["person"]},
            "since": {"type": "string", "format": "date"},
            "lastName": {"type": "string", "maxLength": 100},
        },
    }
    sent = {"party": {"type": "person", "since": "2026-01-01", "lastName": "Lovelace"}}
    subject, request = sending(bench, {"party": party}, sent)
    place = variation.find_free_text(subject, request)
    marked = json.loads(variation.mark_at(subject, request, place).body or b"null")
    assert marked == {"party": {**sent["party"], "lastName": f"Lovelace {UNIQUE}"}}


def test_of_texts_with_a_form_none_can_be_marked(bench: Callable[..., Any]) -> None:
    day = {"type": "string", "format": "date"}
    subject, request = sending(bench, {"day": day}, {"day": "2026-01-01", "other": "x"})
    assert variation.find_free_text(subject, request) == ""
