"""Structured fields are parsed as RFC 9651 says, with the examples of its sections."""

from decimal import Decimal
from typing import Any

import pytest

from apicheck.model.structured_fields import (
    Item,
    Token,
    parse_dictionary,
    parse_item,
    parse_list,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("42", 42),
        ("-0", 0),
        ("4.5", Decimal("4.5")),
        ('"hello \\"world\\""', 'hello "world"'),
        ("foo123/456", Token("foo123/456")),
        (":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:", b"pretend this is binary content."),
        ("?1", True),
        ("@1659578233", 1659578233),
        (
            '%"This is intended for display to %c3%bcsers."',
            "This is intended for display to üsers.",
        ),
    ],
)
def test_an_item_is_one_bare_value(text: str, value: Any) -> None:
    assert parse_item(text) == Item(value)
    assert type(parse_item(text).value) is type(value)


def test_parameters_belong_to_what_stands_before_them() -> None:
    assert parse_list('"foo";a=1;b, (bar;x "y");q=9') == (
        Item("foo", {"a": 1, "b": True}),
        Item((Item(Token("bar"), {"x": True}), Item("y")), {"q": 9}),
    )


def test_a_dictionary_keeps_the_last_of_a_key() -> None:
    assert parse_dictionary("a=?0, b, c; foo=bar, a=(1 2)") == {
        "a": Item((Item(1), Item(2))),
        "b": Item(True),
        "c": Item(True, {"foo": Token("bar")}),
    }


def test_an_empty_field_is_an_empty_list() -> None:
    assert parse_list("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "1,",
        ",1",
        "1 2",
        '"a',
        "(1",
        "(1,2)",
        ":a:",
        "1;A=2",
        "1.",
        "1.2345",
        "1234567890123456",
        "é",
    ],
)
def test_what_breaks_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="character"):
        parse_list(text)


@pytest.mark.parametrize("text", ["A=1", "a=1,,b=2", "a=1,", "=1"])
def test_a_dictionary_that_breaks_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="character"):
        parse_dictionary(text)
