from __future__ import annotations

import json

import pytest

from apicheck.model.json import (
    MISSING,
    Json,
    at,
    contains,
    is_number,
    key_of,
    parse_json,
    with_value,
    write_json,
)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"a": [{"b/c": 1, "~": None}], "": 2}),
        ("/a/0/b~1c", 1),
        ("/a/0/~0", None),
        ("/a/1", MISSING),
        ("/a/-1", MISSING),
        ("/a/0/b~1c/d", MISSING),
        ("/", 2),
    ],
)
def test_a_pointer_leads_to_a_value_or_to_nothing(pointer: str, value: Json) -> None:
    assert at({"a": [{"b/c": 1, "~": None}], "": 2}, pointer) == value


def test_a_value_is_put_where_a_pointer_leads_and_the_document_stays() -> None:
    document = {"a": {"b": 1}, "c": 2}
    assert with_value(document, "/a/b", 3) == {"a": {"b": 3}, "c": 2}
    assert with_value(document, "/d/e", 3) == {"a": {"b": 1}, "c": 2, "d": {"e": 3}}
    assert with_value(document, "c", 3) == {"a": {"b": 1}, "c": 3}
    assert with_value(document, "", 3) == 3
    assert with_value([{"a": 1}, 2], "/0/a", 3) == [{"a": 3}, 2]
    assert with_value([1], "/1", 3) == {"1": 3}
    assert with_value({"a/b": 1}, "/a~1b", 3) == {"a/b": 3}
    assert document == {"a": {"b": 1}, "c": 2}


@pytest.mark.parametrize(
    ("actual", "expected", "whether"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        (1, True, False),
        (1, 1.0, False),
    ],
)
def test_a_part_is_contained_member_by_member(actual: Json, expected: Json, whether: bool) -> None:
    assert contains(actual, expected) is whether


@pytest.mark.parametrize("value", [{"a": [1, None, "é"]}, {"minimum": -(2**63) - 1}, [10**30]])
def test_a_value_is_written_whatever_the_size_of_its_integers(value: Json) -> None:
    assert json.loads(write_json(value)) == value


def test_a_text_that_is_no_json_is_read_as_the_default() -> None:
    assert parse_json('{"a": 1}') == {"a": 1}
    for text in ("", "{", b"\xff", "[" * 100_000):
        assert parse_json(text) is None
        assert parse_json(text, MISSING) is MISSING


def test_a_truth_value_is_no_number_and_has_a_key_of_its_own() -> None:
    assert [is_number(value) for value in (0, 1.5, True, "1", None)] == [True, True, *[False] * 3]
    assert key_of(True) != key_of(1)
    assert key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
