from typing import Any

import pytest

from apicheck.authoring import expressions
from apicheck.model.exchange import Exchange, Request, Response, Role


def exchange(sent: bytes, came: bytes, location: str = "/c/1") -> Exchange:
    request = Request("POST", "/c", headers=(("X-Sent", "s"),), body=sent)
    response = Response(201, (("Location", location),), came)
    return Exchange("e1", request, response, None, 0, 1, Role.TABLE)


STEPS = {
    "first": exchange(b'{"name": "Ada"}', b'{"id": 7, "tags": ["a", "b"]}'),
    "second": exchange(b"", b"<p>", "/c/2"),
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$steps.first.response.body#/id", 7),
        ("$steps.first.response.body#/tags/1", "b"),
        ("$steps.first.response.body", {"id": 7, "tags": ["a", "b"]}),
        ("$steps.first.request.body#/name", "Ada"),
        ("$steps.first.request.header.x-sent", "s"),
        ("$response.header.location", "/c/2"),
        ("$statusCode", 201),
        ("/c/{$steps.first.response.body#/id}/x", "/c/7/x"),
        ({"a": ["$statusCode", 1, None]}, {"a": [201, 1, None]}),
        ("costs $5", "costs $5"),
        ("{apicheck:unique}", "{apicheck:unique}"),
    ],
)
def test_expressions_are_replaced_by_what_was_exchanged(value: Any, expected: Any) -> None:
    assert expressions.evaluate(value, STEPS) == expected


@pytest.mark.parametrize(
    "value",
    [
        "$steps.third.response.body#/id",
        "$steps.first.response.body#/none",
        "$response.body#/id",
        "$response.header.none",
    ],
)
def test_a_value_that_is_not_there_is_named(value: str) -> None:
    with pytest.raises(LookupError) as raised:
        expressions.evaluate(value, STEPS)
    assert raised.value.args == (value,)
