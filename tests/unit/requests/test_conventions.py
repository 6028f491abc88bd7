"""Ids where the document has no links."""

from typing import Any

import pytest

from apicheck.load import read_spec
from apicheck.model.operation import Spec
from apicheck.model.subject import UNIQUE, Need, Recipe
from apicheck.model.verdict import NotTested
from apicheck.requests.recipes import make_recipes

BODY = {"content": {"application/json": {"schema": {"type": "object"}, "example": {"a": 1}}}}


def document(**paths: str) -> Spec:
    """Operations without links: path -> methods; a POST has an example."""

    def operation(method: str, path: str) -> dict[str, Any]:
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        made: dict[str, Any] = {
            "operationId": f"{method} {path}",
            "responses": {"200": {"description": "fine"}},
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in names
            ],
        }
        return made | ({"requestBody": BODY} if method in ("post", "put") else {})

    items = {
        path: {method: operation(method, path) for method in methods.split()}
        for path, methods in paths.items()
    }
    return read_spec({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": items})


THINGS = document(**{"/things/": "get post", "/things/{id}/": "get put delete"})


def needs(spec: Spec, operation: str, *, reads_only: bool = False) -> tuple[Need, ...]:
    recipe = make_recipes(spec, {}, reads_only=reads_only)[operation]
    assert isinstance(recipe, Recipe), recipe
    return recipe.needs


def by_convention(name: str, source: str) -> Need:
    return Need("path", name, source, "", convention=True)


def test_an_object_is_made_by_the_post_to_its_collection() -> None:
    for method in ("get", "put", "delete"):
        made = needs(THINGS, f"{method} /things/{{id}}/")
        assert made == (by_convention("id", "post /things/"),)


def test_where_nothing_may_be_made_a_read_takes_the_first_that_is_listed() -> None:
    listed = (by_convention("id", "get /things/"),)
    assert needs(THINGS, "get /things/{id}/", reads_only=True) == listed


def test_what_may_change_an_object_is_not_given_one_that_the_run_did_not_make() -> None:
    for spec, reads_only in (
        (THINGS, True),
        (document(**{"/things": "get", "/things/{id}/": "delete"}), False),
    ):
        why = make_recipes(spec, {}, reads_only=reads_only)["delete /things/{id}/"]
        assert isinstance(why, NotTested)
        assert why.remedy.startswith("[fixtures]\nid = ")


def test_an_object_inside_another_needs_both() -> None:
    spec = document(**{"/a": "post", "/a/{aId}/b": "post", "/a/{aId}/b/{bId}": "get"})
    assert needs(spec, "get /a/{aId}/b/{bId}") == (
        by_convention("aId", "post /a"),
        by_convention("bId", "post /a/{aId}/b"),
    )


def test_a_fixture_goes_before_the_convention() -> None:
    recipe = make_recipes(THINGS, {"id": "7"})["get /things/{id}/"]
    assert isinstance(recipe, Recipe)
    assert (recipe.values, recipe.needs) == ({"id": "7"}, ())


def test_what_cannot_be_made_may_still_be_listed() -> None:
    spec = document(**{"/o/{owner}/t": "post get", "/o/{owner}/t/{id}": "get"})
    given = {"post /o/{owner}/t": {"path": {}}, "get /o/{owner}/t": {"path": {"owner": "x"}}}
    own = {"get /o/{owner}/t/{id}": {"path": {"owner": "x"}}}
    recipe = make_recipes(spec, given | own)["get /o/{owner}/t/{id}"]
    assert isinstance(recipe, Recipe)
    assert recipe.needs == (by_convention("id", "get /o/{owner}/t"),)


def made_body(members: dict[str, Any], parameter: str) -> Any:
    """The body of POST /topics, where an object is at /topics/{parameter}."""
    content = {"application/json": {"schema": {"type": "object", "properties": members}}}
    responses = {"200": {"description": "fine"}}
    make = {"operationId": "make", "requestBody": {"content": content}, "responses": responses}
    read: dict[str, Any] = {"operationId": "read", "responses": responses, "parameters": []}
    read["parameters"].append(
        {"name": parameter, "in": "path", "required": True, "schema": {"type": "string"}}
    )
    paths = {"/topics": {"post": make}, f"/topics/{{{parameter}}}": {"get": read}}
    info = {"title": "t", "version": "1"}
    made = make_recipes(read_spec({"openapi": "3.1.0", "info": info, "paths": paths}), {})["make"]
    assert isinstance(made, Recipe)
    return made.body


@pytest.mark.parametrize("member", ["topic_name", "topicName"])
def test_an_id_that_the_client_chooses_is_a_new_one(member: str) -> None:
    body = made_body({member: {"type": "string"}}, "topic_name")
    assert body == {member: f"example_{UNIQUE}"}


@pytest.mark.parametrize(
    ("schema", "parameter"),
    [
        ({"type": "string", "enum": ["a"]}, "topic"),
        ({"type": "string", "maxLength": 8}, "topic"),
        ({"type": "integer"}, "topic"),
        ({"type": "string"}, "topic_id"),
    ],
)
def test_what_cannot_be_new_or_names_something_else_stays(
    schema: dict[str, Any], parameter: str
) -> None:
    assert UNIQUE not in str(made_body({"topic": schema}, parameter))
