from __future__ import annotations

import json
from typing import Any

import pytest

from apicheck.load import read_spec
from apicheck.model.exchange import Exchange, Request, Response, Role
from apicheck.model.facts import Facts
from apicheck.model.subject import Recipe, RunContext
from apicheck.requests.demands import find_demanded, with_demanded

SPEC = read_spec(
    {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/authors": {"post": {"operationId": "author", "responses": {"201": {}}}},
            "/books": {
                "post": {
                    "operationId": "book",
                    "parameters": [
                        {"name": "dry_run", "in": "query", "schema": {"type": "boolean"}},
                        {"name": "view", "in": "query", "schema": {"enum": ["all", "own"]}},
                    ],
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "id": {"type": "integer", "readOnly": True},
                                        "title": {"type": "string"},
                                        "author": {"type": "integer"},
                                        "pageCount": {"type": "integer"},
                                    },
                                }
                            }
                        }
                    },
                    "responses": {"201": {"description": "made"}},
                }
            },
        },
    }
)
CONTEXT = RunContext(SPEC, Facts(), {}, {}, {})
RECIPE = Recipe("book", body={}, media_type="application/json")


def refuse(said: Any, status: int = 400) -> Exchange:
    response = Response(status, (("Content-Type", "application/json"),), json.dumps(said).encode())
    return Exchange("e1", Request("POST", "/books"), response, None, 0.0, 0.1, Role.CONTROL)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"author": ["required"]}, ("author",)),
        ({"errors": {"author": "required"}}, ("author",)),
        ({"detail": [{"loc": ["body", "pageCount"]}]}, ("pageCount",)),
        ({"errors": [{"source": {"pointer": "/data/author"}}]}, ("author",)),
        ({"message": "page_count must be given"}, ("pageCount",)),
        ({"message": 'give "title", please'}, ("title",)),
        ({"message": "there is no such author"}, ("author",)),
        ({"message": "the dry_run is to be said"}, ("dry_run",)),
        ({"title": "Bad Request", "status": 400}, ()),
        ({"message": "a title of this view is missing"}, ()),
        ({"id": ["required"]}, ()),
        ("author", ()),
        ([], ()),
    ],
)
def test_names_are_read_from_what_a_refusal_says(said: Any, names: tuple[str, ...]) -> None:
    assert find_demanded(CONTEXT, RECIPE, refuse(said), ()) == names


def test_a_name_is_asked_for_once() -> None:
    assert not find_demanded(CONTEXT, RECIPE, refuse({"author": ["required"]}), ("author",))


@pytest.mark.parametrize("status", [401, 403, 409, 500])
def test_other_refusals_ask_for_nothing(status: int) -> None:
    assert not find_demanded(CONTEXT, RECIPE, refuse({"author": ["required"]}, status), ())


def test_what_names_an_object_gets_the_id_of_one() -> None:
    changed = with_demanded(CONTEXT, RECIPE, ("author", "pageCount", "view"))
    assert [(need.name, need.operation) for need in changed.needs] == [("/author", "author")]
    assert changed.body == {"author": 1, "pageCount": 1}
    assert changed.query == (("view", "all"),)
