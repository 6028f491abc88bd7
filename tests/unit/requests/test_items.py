"""Bodies with many items: which list they have, how many items, and how many they may have."""

from __future__ import annotations

import json

import pytest

from apicheck.load import parse_spec
from apicheck.model.exchange import Request
from apicheck.model.json import Json
from apicheck.model.operation import Spec
from apicheck.model.subject import Recipe
from apicheck.model.verdict import NotTested
from apicheck.requests.items import count_items, find_items, most_items, repeat_item
from apicheck.requests.recipes import make_recipes


def spec(rules: str, example: Json) -> Spec:
    return parse_spec(
        f"""\
openapi: 3.1.0
info: {{title: Events, version: "1"}}
paths:
  /events:
    post:
      operationId: record
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties: {{events: {{type: array, {rules} items: {{type: string}}}}}}
            example: {json.dumps(example)}
      responses: {{default: {{description: d}}}}
""",
        "openapi.yaml",
    )


def recipe(of: Spec, *, one_item: bool = False) -> Recipe:
    made = make_recipes(of, {}, one_item=frozenset({"record"} if one_item else ()))["record"]
    assert not isinstance(made, NotTested)
    return made


def request(body: bytes, media: str = "application/json") -> Request:
    return Request("POST", "/events", headers=(("Content-Type", media),), body=body)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"by": "me", "events": ["a", "b"]}, ("/events", ["a", "b"])),
        (["a"], ("", ["a"])),
        ({"events": []}, ("", [])),
        ("a", ("", [])),
        (None, ("", [])),
    ],
)
def test_the_items_are_those_of_the_first_list(body: Json, found: tuple[str, list[Json]]) -> None:
    assert find_items(body) == found


@pytest.mark.parametrize(
    ("body", "media", "count"),
    [
        (b'{"events": ["a", "b"]}', "application/json", 2),
        (b"[]", "application/json", 1),
        (b"{", "application/json", 1),
        (b"[" * 100_000, "application/json", 1),
        (b"name\r\nAda\r\nBen\r\n", "text/csv", 2),
        (b"", "text/csv", 1),
        (b"[1, 2]", "text/plain", 1),
    ],
)
def test_a_request_has_as_many_items_as_its_list_or_its_lines(
    body: bytes, media: str, count: int
) -> None:
    assert count_items(request(body, media)) == count


def test_an_item_is_repeated_in_json_and_in_lines() -> None:
    assert json.loads(repeat_item(request(b'{"events": ["a", "b"]}'), 3)) == {"events": ["a"] * 3}
    lines = repeat_item(request(b"name\r\nAda\r\n", "text/csv"), 2)
    assert lines == b"name\r\nAda\r\nAda\r\n"


@pytest.mark.parametrize(("rules", "most"), [("", 20), ("maxItems: 7,", 7), ("maxItems: 0,", 0)])
def test_a_body_has_no_more_items_than_its_schema_allows(rules: str, most: int) -> None:
    of = spec(rules, {"events": ["a"]})
    assert most_items(of, of.operations[0], recipe(of), 20) == most


@pytest.mark.parametrize(
    ("rules", "kept"), [("", ["a"]), ("minItems: 2,", ["a", "b"]), ("maxItems: 3,", ["a"])]
)
def test_a_body_whose_items_count_has_one_where_its_schema_allows_that(
    rules: str, kept: list[str]
) -> None:
    of = spec(rules, {"events": ["a", "b"]})
    assert recipe(of, one_item=True).body == {"events": kept}
    assert recipe(of).body == {"events": ["a", "b"]}
