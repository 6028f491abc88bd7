import json
from dataclasses import replace
from typing import Any

import pytest

from apicheck.model.exchange import Request
from apicheck.model.json import MISSING
from apicheck.model.operation import Operation, Parameter
from apicheck.model.subject import Recipe
from apicheck.requests.alter import Part, part_accepts, parts_of, with_part

JSON = (("Content-Type", "application/json; charset=utf-8"),)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
UPDATE = Operation(
    id="update",
    method="PATCH",
    path="/accounts/{code}/notes/{noteId}",
    pointer="",
    parameters=(
        Parameter("code", "path", True, {}, None),
        Parameter("noteId", "path", True, {}, None),
        Parameter("dry", "query", False, {}, None),
        Parameter("X-Mode", "header", False, {}, None),
        Parameter("Authorization", "header", True, {}, None),
        Parameter("theme", "cookie", False, {}, None),
        Parameter("where", "query", False, {}, None, "deepObject", True),
    ),
)
REQUEST = Request(
    "PATCH",
    "/accounts/a/notes/7",
    query=(("dry", "1"), ("page", "2")),
    headers=(("X-Mode", "fast"), *JSON),
    body=b'{"text":"hi","author":{"name":"Ada"}}',
)


def changed(place: str, name: str, value: Any, request: Request = REQUEST) -> Request:
    return with_part(request, UPDATE, Part(place, name), value)


def test_the_parts_are_those_of_the_document_and_of_the_body_but_not_the_credential() -> None:
    body = {"text": "hi", "author": {"name": "Ada"}}
    recipe = Recipe("update", body=body, media_type="application/json")
    assert {str(part) for part in parts_of(UPDATE, recipe, frozenset({"code"}))} == {
        "path noteId",
        "query dry",
        "query where",
        "header X-Mode",
        "cookie theme",
        "body (whole)",
        "body /text",
        "body /author",
        "body /author/name",
    }


def test_a_segment_of_the_path_is_encoded_once_and_the_others_stay() -> None:
    assert changed("path", "noteId", "a/b %").path == "/accounts/a/notes/a%2Fb%20%25"


def test_a_parameter_is_replaced_and_its_neighbours_stay() -> None:
    assert changed("query", "dry", 0).query == (("page", "2"), ("dry", "0"))
    assert changed("query", "dry", MISSING).query == (("page", "2"),)
    assert changed("header", "x-mode", "slow").headers == (*JSON, ("x-mode", "slow"))


def test_all_pairs_of_a_parameter_are_replaced_together() -> None:
    request = replace(REQUEST, query=(("where[a]", "1"), ("page", "2"), ("where[b]", "3")))
    assert changed("query", "where", MISSING, request).query == (("page", "2"),)
    assert changed("query", "where", "x", request).query == (("page", "2"), ("where", "x"))


def test_a_cookie_is_replaced_and_its_neighbours_stay() -> None:
    request = replace(REQUEST, headers=(("Cookie", "theme=dark; sid=7"),))
    assert changed("cookie", "theme", "a;b", request).headers == (("Cookie", "sid=7; theme=a%3Bb"),)
    assert changed("cookie", "theme", MISSING, request).headers == (("Cookie", "sid=7"),)


def test_a_member_of_a_body_is_replaced_added_or_left_out() -> None:
    assert json.loads(changed("body", "/author/name", None).body or b"") == {
        "text": "hi",
        "author": {"name": None},
    }
    assert json.loads(changed("body", "/more", [1]).body or b"")["more"] == [1]
    assert b"text" not in (changed("body", "/text", MISSING).body or b"")
    assert changed("body", "", []).body == b"[]"


def test_a_field_of_a_form_is_replaced() -> None:
    form = Request("POST", "/x", headers=FORM, body=b"a=1&b=2")
    assert changed("body", "/a", "3 4", form).body == b"b=2&a=3%204"


def test_all_fields_of_an_object_in_a_form_are_replaced() -> None:
    form = Request("POST", "/x", headers=FORM, body=b"at%5Bx%5D=1&at%5By%5D=2&b=3")
    assert changed("body", "/at", True, form).body == b"b=3&at=true"


def test_half_a_surrogate_pair_is_written_as_an_escape() -> None:
    assert changed("body", "/text", "\ud83d").body == (
        b'{"text":"\\ud83d","author":{"name":"Ada"}}'
    )


@pytest.mark.parametrize(
    ("part", "request_"),
    [
        (Part("path", "noteId"), Request("PATCH", "/elsewhere")),
        (Part("path", "nobody"), REQUEST),
        (Part("body", "/a"), Request("POST", "/x", headers=(("Content-Type", "text/csv"),))),
    ],
)
def test_a_part_that_is_not_there_is_a_value_error(part: Part, request_: Request) -> None:
    with pytest.raises(ValueError, match=r"no (part|members)"):
        with_part(request_, UPDATE, part, "x")


@pytest.mark.parametrize(
    ("place", "value", "can_be_sent"),
    [
        ("path", "", False),
        ("path", "..", False),
        ("path", "...a", True),
        ("header", "two\nlines", False),
        ("header", " padded", False),
        ("header", "", False),
        ("header", "\N{GRINNING FACE}", True),
        ("query", "", True),
        ("body", "\x00", True),
    ],
)
def test_a_value_that_would_make_another_request_does_not_fit(
    place: str, value: str, can_be_sent: bool
) -> None:
    assert part_accepts(Part(place, "x"), value) is can_be_sent
