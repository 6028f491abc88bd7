from typing import Any

import pytest

from apicheck.load import read_spec
from apicheck.requests.mentions import find_mentions
from apicheck.requests.neighbours import find_neighbours


def spec_of(*collections: str) -> Any:
    operation = {"responses": {"200": {"description": "fine"}}}
    paths = {path: {"post": {**operation, "operationId": path[1:]}} for path in collections}
    paths["/loans"] = {"post": {**operation, "operationId": "loans"}}
    return read_spec({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})


def mentions(body: Any, schema: Any = None) -> dict[str, str]:
    spec = spec_of("/books", "/members", "/teams", "/statuses", "/tags", "/clients")
    loans = spec.operation("loans")
    found = find_mentions(find_neighbours(spec), loans, body, schema, {}, reads_only=False)
    return {need.name: need.operation for need in found}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"book_id": "b1"}, {"/book_id": "books"}),
        ({"bookId": "b1", "memberUuid": "m"}, {"/bookId": "books", "/memberUuid": "members"}),
        ({"home_team_id": 4}, {"/home_team_id": "teams"}),
        ({"member": {"id": "m1"}}, {"/member/id": "members"}),
        ({"loan": {"book_id": "b1"}}, {"/loan/book_id": "books"}),
        ({"tag_ids": [1]}, {"/tag_ids/0": "tags"}),
        ({"book": 7}, {"/book": "books"}),
        ({"status": "open"}, {}),
        ({"tags": ["new"]}, {}),
        ({"id": "x"}, {}),
        ({"shop_id": "x"}, {}),
        ({"book_id": None, "member_id": True}, {}),
    ],
)
def test_a_body_mentions_what_its_names_say(body: Any, found: dict[str, str]) -> None:
    assert mentions(body) == found


def test_a_name_of_a_collection_is_an_id_where_the_schema_says_so() -> None:
    properties = {"book": {"format": "uuid"}, "member_id": {"enum": ["a"]}}
    body = {"book": "6f1c5f0e-3f0b-4b3a-9d5e-2f6f1d0a7c11", "member_id": "a"}
    assert mentions(body, {"properties": properties}) == {"/book": "books"}
