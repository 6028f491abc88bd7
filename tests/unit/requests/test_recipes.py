from typing import Any

import pytest

from apicheck.generate import draw_body
from apicheck.load import read_spec
from apicheck.model.operation import Spec
from apicheck.model.subject import UNIQUE, Need, Recipe
from apicheck.model.verdict import NotTested
from apicheck.requests.bodies import Draws
from apicheck.requests.recipes import make_recipes


def document(paths: dict[str, Any]) -> Spec:
    for item in paths.values():
        for operation in item.values():
            operation.setdefault("responses", {"200": {"description": "fine"}})
    return read_spec({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})


def path_parameter(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **more}


def json_body(schema: Any, **more: Any) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema, **more}}}


def linked(operation: str, **parameters: str) -> dict[str, Any]:
    link = {"operationId": operation, "parameters": parameters}
    return {"201": {"description": "made", "links": {"it": link}}}


def contacts(**read: Any) -> Spec:
    return document(
        {
            "/contacts": {
                "post": {
                    "operationId": "create",
                    "requestBody": json_body({"type": "object"}, example={"name": "Ada"}),
                    "responses": linked("read", contactId="$response.body#/id"),
                }
            },
            "/contacts/{contactId}": {
                "get": {"operationId": "read", "parameters": [path_parameter("contactId", **read)]}
            },
        }
    )


def made(spec: Spec, operation: str, fixtures: dict[str, Any] | None = None) -> Recipe:
    recipe = make_recipes(spec, fixtures or {}, draws=Draws(draw_body))[operation]
    assert isinstance(recipe, Recipe)
    return recipe


def test_a_path_parameter_comes_from_the_operation_that_links_to_it() -> None:
    assert made(contacts(), "read").needs == (Need("path", "contactId", "create", "/id"),)


def test_a_link_goes_before_an_example_because_the_example_need_not_exist() -> None:
    assert made(contacts(example="c1"), "read").needs


def test_who_creates_by_put_chooses_the_name_that_the_link_hands_on() -> None:
    name = path_parameter("name", example="mine-{apicheck:unique}")
    publish = {
        "operationId": "publish",
        "parameters": [name],
        "responses": linked("withdraw", name="$request.path.name"),
    }
    withdraw = {"operationId": "withdraw", "parameters": [path_parameter("name")]}
    spec = document({"/{name}": {"put": publish}, "/{name}/-rev/1": {"delete": withdraw}})
    assert made(spec, "withdraw").needs == (Need("path", "name", "publish", "", parameter="name"),)
    assert made(spec, "publish").needs == ()


def test_a_fixture_goes_before_everything() -> None:
    recipe = made(contacts(example="c1"), "read", {"contactId": 42})
    assert (recipe.values, recipe.needs) == ({"contactId": 42}, ())


def test_an_operations_own_fixture_gives_its_parts() -> None:
    given = {"create": {"body": {"name": "Grace"}, "query": {"dry": True}, "headers": {"X-A": "1"}}}
    recipe = made(contacts(), "create", given)
    assert recipe.body == {"name": "Grace"}
    assert recipe.query == (("dry", "true"),)
    assert recipe.headers == (("X-A", "1"),)
    assert recipe.origin == "fixture"


def test_an_operations_fixture_without_parts_is_its_body() -> None:
    assert made(contacts(), "create", {"create": {"name": "Joan"}}).body == {"name": "Joan"}


def test_without_link_fixture_or_example_the_reason_names_the_line_to_add() -> None:
    get = {"operationId": "read", "parameters": [path_parameter("orderId")]}
    why = make_recipes(document({"/orders/{orderId}": {"get": get}}), {})["read"]
    assert isinstance(why, NotTested)
    assert "orderId" in why.reason
    assert why.remedy == '[fixtures]\norderId = "an existing one"'


def test_what_needs_an_object_that_cannot_be_made_says_so_too() -> None:
    spec = document(
        {
            "/a/{aId}": {
                "post": {
                    "operationId": "create",
                    "parameters": [path_parameter("aId", schema={"type": "integer"})],
                    "responses": linked("read", bId="$response.body#/id"),
                }
            },
            "/b/{bId}": {"get": {"operationId": "read", "parameters": [path_parameter("bId")]}},
        }
    )
    why = make_recipes(spec, {})["read"]
    assert isinstance(why, NotTested)
    assert "aId" in why.reason


@pytest.mark.parametrize(
    ("put", "post", "maker"), [("201", "201", "put"), ("200", "200", "put"), ("200", "201", "post")]
)
def test_one_of_put_and_post_makes_what_the_other_changes(put: str, post: str, maker: str) -> None:
    def respond(name: str, status: str) -> dict[str, Any]:
        responses = {status: {"description": "done"}}
        return {"operationId": name, "parameters": [path_parameter("name")], "responses": responses}

    item = {"put": respond("put", put), "post": respond("post", post), "get": respond("get", "200")}
    spec = document({"/topics/{name}": item})
    other = "post" if maker == "put" else "put"
    assert made(spec, maker).needs == ()
    assert UNIQUE in made(spec, maker).values["name"]
    for operation in (other, "get"):
        (need,) = made(spec, operation).needs
        assert (need.operation, need.parameter) == (maker, "name")


def test_a_post_to_an_object_may_make_it_beside_the_post_to_the_collection() -> None:
    create = {"operationId": "create", "responses": {"201": {"description": "made"}}}
    invite = {**create, "operationId": "invite", "parameters": [path_parameter("name")]}
    spec = document({"/users": {"post": create}, "/users/{name}": {"post": invite}})
    first, (second,) = made(spec, "invite"), made(spec, "invite").otherwise
    assert [need.operation for need in first.needs] == ["create"]
    assert second.needs == ()
    assert UNIQUE in second.values["name"]


def test_links_in_a_circle_are_found() -> None:
    def step(name: str, other: str) -> dict[str, Any]:
        parameter = f"{name}Id"
        return {
            "post": {
                "operationId": name,
                "parameters": [path_parameter(parameter, schema={"type": "integer"})],
                "responses": linked(other, **{f"{other}Id": "$response.body#/id"}),
            }
        }

    spec = document({"/a/{aId}": step("a", "b"), "/b/{bId}": step("b", "a")})
    why = make_recipes(spec, {})["a"]
    assert isinstance(why, NotTested)
    assert "circle" in why.reason


def test_addresses_and_unique_members_differ_in_every_request() -> None:
    schema = {
        "type": "object",
        "properties": {
            "email": {"type": "string", "format": "email"},
            "code": {"type": "string", "x-unique": True},
            "name": {"type": "string"},
        },
    }
    example = {"email": "ada@example.com", "code": "c", "name": "Ada"}
    post = {"operationId": "create", "requestBody": json_body(schema, example=example)}
    body = made(document({"/c": {"post": post}}), "create").body
    assert body == {"email": f"ada+{UNIQUE}@example.com", "code": f"c-{UNIQUE}", "name": "Ada"}


def test_a_body_without_example_is_made_from_the_required_parts_of_its_schema() -> None:
    schema = {
        "type": "object",
        "required": ["name", "size", "kind", "at"],
        "properties": {
            "name": {"type": "string", "minLength": 9},
            "size": {"type": "integer", "minimum": 5, "multipleOf": 4},
            "kind": {"enum": ["big", "small"]},
            "at": {"type": "string", "format": "date"},
            "more": {"type": "string"},
        },
    }
    post = {"operationId": "create", "requestBody": json_body(schema)}
    recipe = made(document({"/c": {"post": post}}), "create")
    assert recipe.body == {"name": "examplexx", "size": 8, "kind": "big", "at": "2026-01-31"}
    assert recipe.origin == "schema"


def test_a_pattern_that_no_plain_value_fits_is_left_to_the_generator() -> None:
    schema = {
        "type": "object",
        "required": ["code"],
        "properties": {"code": {"type": "string", "pattern": "^[A-Z]{3}$"}},
    }
    post = {"operationId": "create", "requestBody": json_body(schema)}
    code = made(document({"/c": {"post": post}}), "create").body["code"]
    assert len(code) == 3
    assert code.isupper()


def test_what_a_delete_names_is_its_own() -> None:
    delete = {"operationId": "drop", "parameters": [path_parameter("id", example="1")]}
    assert made(document({"/c/{id}": {"delete": delete}}), "drop").consumes


def test_a_required_query_parameter_without_example_is_made_from_its_schema() -> None:
    parameter = {
        "name": "from",
        "in": "query",
        "required": True,
        "schema": {"format": "date", "type": "string"},
    }
    get = {"operationId": "list", "parameters": [parameter]}
    assert made(document({"/c": {"get": get}}), "list").query == (("from", "2026-01-31"),)


def test_a_link_puts_an_id_into_the_body() -> None:
    link = {"operationId": "send", "requestBody": {"to": "$response.body#/id"}}
    spec = document(
        {
            "/contacts": {
                "post": {
                    "operationId": "create",
                    "responses": {"201": {"description": "made", "links": {"send": link}}},
                }
            },
            "/messages": {
                "post": {
                    "operationId": "send",
                    "requestBody": json_body(
                        {"type": "object"}, example={"to": "c1", "text": "hi"}
                    ),
                }
            },
        }
    )
    needs = made(spec, "send").needs
    assert [(need.place, need.name.strip("/"), need.operation) for need in needs] == [
        ("body", "to", "create")
    ]
    assert made(spec, "send", {"to": "c9"}).needs == ()


def test_needs_stand_in_the_order_of_the_path_and_not_in_that_of_the_document() -> None:
    parameters = [path_parameter("exportId"), path_parameter("projectId")]
    spec = document(
        {
            "/projects": {"post": {"operationId": "project"}},
            "/projects/{projectId}/exports": {
                "post": {"operationId": "export", "parameters": parameters[1:]}
            },
            "/projects/{projectId}/exports/{exportId}": {
                "delete": {"operationId": "delete", "parameters": parameters}
            },
        }
    )
    assert [need.name for need in made(spec, "delete").needs] == ["projectId", "exportId"]


def test_a_required_id_in_a_query_is_of_what_the_api_makes() -> None:
    query = {"in": "query", "required": True}
    parameters = [
        {**query, "name": "project", "schema": {"type": "integer"}},
        {**query, "name": "owner_id", "schema": {"type": "string"}},
        {**query, "name": "label", "schema": {"type": "string"}},
        {**query, "name": "user", "schema": {"type": "integer", "enum": [1]}},
    ]
    spec = document(
        {
            "/admin/project": {"get": {"operationId": "own"}},
            "/projects": {"post": {"operationId": "project"}},
            "/owners": {"get": {"operationId": "owners"}},
            "/labels": {"post": {"operationId": "label"}},
            "/users": {"post": {"operationId": "user"}},
            "/columns": {"get": {"operationId": "columns", "parameters": parameters}},
        }
    )
    needs = made(spec, "columns").needs
    assert [(need.name, need.operation) for need in needs] == [
        ("project", "project"),
        ("owner_id", "owners"),
    ]


def test_ids_in_a_query_are_also_tried_as_the_document_has_them() -> None:
    parameter = {
        "name": "project",
        "in": "query",
        "required": True,
        "schema": {"type": "integer"},
        "example": 7,
    }
    spec = document(
        {
            "/projects": {"post": {"operationId": "project"}},
            "/columns": {"get": {"operationId": "columns", "parameters": [parameter]}},
        }
    )
    (other,) = made(spec, "columns").otherwise
    assert (other.query, other.needs) == ((("project", "7"),), ())
