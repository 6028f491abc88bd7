"""Which texts of a response are dates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apicheck.authoring import Exchange, Request, Response, Role
from apicheck.authoring.facts import Dates
from apicheck.checks.formats._dated import find_dates
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

DATE = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}


def find(schema: Any, body: Any, *members: str) -> list[tuple[str, str]]:
    check = collect(entry_points=False)["formats/dates"]
    spec = {"components": {"schemas": {"Contact": schema}}}
    context = subject_of(check, {"operation": "getContact", "spec": spec}).context
    request = Request("GET", "/contacts/1", operation="getContact")
    response = Response(200, (), json.dumps(body).encode())
    exchange = Exchange("e1", request, response, None, 0, 1, Role.TABLE)
    return list(find_dates(context, Dates("rfc3339", members), exchange))


@pytest.mark.parametrize(
    "at",
    [
        DATE,
        {"oneOf": [DATE, {"type": "null"}]},
        {"anyOf": [DATE]},
        {"allOf": [DATE, {"description": "When."}]},
    ],
)
def test_a_member_that_can_only_be_a_date_is_one(at: Any) -> None:
    found = find({"properties": {"at": at}}, {"at": "2026"})
    assert found == [("/at", "2026")]


@pytest.mark.parametrize("at", [TEXT, {"oneOf": [DATE, TEXT]}, {}, {"anyOf": []}])
def test_a_member_that_may_be_any_text_is_none(at: Any) -> None:
    assert find({"properties": {"at": at}}, {"at": "2026"}) == []


def test_dates_in_lists_have_one_place() -> None:
    schema = {"properties": {"all": {"items": {"properties": {"at": DATE}}}}}
    found = find(schema, {"all": [{"at": "1"}, {"at": "2"}]})
    assert found == [("/all/*/at", "1"), ("/all/*/at", "2")]


def test_named_members_are_dates_wherever_they_stand() -> None:
    body = {"data": [{"on": "1", "off": "2"}], "on": 3}
    assert find({"type": "object"}, body, "on") == [("/data/*/on", "1")]


def test_a_schema_that_contains_itself_has_an_end() -> None:
    schema = {"properties": {"in": {"$ref": "#/components/schemas/Contact"}, "at": DATE}}
    assert find(schema, {"in": {"at": "1"}, "at": "2"}) == [("/in/at", "1"), ("/at", "2")]
