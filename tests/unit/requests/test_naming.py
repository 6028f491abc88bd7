import re
from typing import Any

import pytest

from apicheck.model.subject import UNIQUE
from apicheck.requests.naming import find_names, fits, make_new_name, make_new_text

SENT = "0123456789ab"


@pytest.mark.parametrize(
    ("schema", "form"),
    [
        ({"type": "string"}, r"apicheck-.+"),
        ({}, r"apicheck-.+"),
        ({"pattern": "^[a-z0-9_]+$"}, r"apicheck_.+"),
        ({"pattern": "^[a-z0-9]+$"}, r"apicheck[^_-]+"),
        ({"pattern": "^[a-f0-9]{12}$"}, r"[a-f0-9]{12}"),
        ({"maxLength": 14}, r".{12,14}"),
        ({"format": "uuid"}, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ({"format": "email"}, r"[^@]+@example\.com"),
        ({"type": ["string", "null"]}, r"apicheck-.+"),
    ],
)
def test_a_new_name_fits_the_schema(schema: dict[str, Any], form: str) -> None:
    name = make_new_name(schema)
    assert UNIQUE in name
    assert re.fullmatch(form, name.replace(UNIQUE, SENT))


@pytest.mark.parametrize(
    "schema",
    [{"type": "integer"}, {"enum": ["a", "b"]}, {"pattern": "^[A-Z]{2}$"}, {"maxLength": 4}],
)
def test_where_no_new_name_fits_there_is_none(schema: dict[str, Any]) -> None:
    assert make_new_name(schema) == ""


def test_an_example_shows_the_form_where_the_usual_one_does_not_fit() -> None:
    name = make_new_name({"pattern": "^bk_[0-9a-f]+$"}, "bk_1a2b")
    assert name.startswith("bk_")
    assert fits(name, {"pattern": "^bk_[0-9a-f]+$"})


def test_an_example_that_is_unique_already_stays() -> None:
    assert make_new_name({}, f"mine-{UNIQUE}") == f"mine-{UNIQUE}"


def test_the_names_in_a_body_are_those_that_may_be_taken() -> None:
    body = {"name": "a", "userName": "b", "text": "c", "count": 1, "owner": {"email": "d@e.f"}}
    assert [pointer for pointer, _ in find_names(body)] == ["/name", "/userName", "/owner/email"]
    assert not list(find_names({"name": f"x-{UNIQUE}"}))


def test_a_list_may_hold_the_names_of_several_new_objects() -> None:
    body = {"usernames": ["a", 1, "b"], "names": "c", "tags": ["d"], "aliases": [], "keys": [["e"]]}
    assert list(find_names(body)) == [("/usernames/0", "a"), ("/usernames/2", "b")]


@pytest.mark.parametrize(
    ("text", "member", "made"),
    [
        ("example", "/name", f"example_{UNIQUE}"),
        ("example", "/slug", f"example-{UNIQUE}"),
        ("two words", "/title", f"two words-{UNIQUE}"),
        ("ada@example.com", "/email", f"ada+{UNIQUE}@example.com"),
        ("ada+x@example.com", "/email", f"ada+{UNIQUE}@example.com"),
        ("example.com.", "/name", f"example-{UNIQUE}.com."),
        ("report.pdf", "/filename", f"report-{UNIQUE}.pdf"),
    ],
)
def test_a_new_text_is_of_the_kind_of_the_old_one(text: str, member: str, made: str) -> None:
    assert make_new_text(text, member) == made
