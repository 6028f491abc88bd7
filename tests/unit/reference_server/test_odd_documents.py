"""Documents that leave things out, or say them in rarer ways, are served too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

JSON = "application/json"


def operation(**responses: Any) -> dict[str, Any]:
    named = {status.lstrip("s"): {"description": ".", **said} for status, said in responses.items()}
    return {"operationId": "op", "responses": named}


def document(method: str, said: dict[str, Any], version: str = "3.1.0") -> dict[str, Any]:
    return {
        "openapi": version,
        "info": {"title": "Odd", "version": "1"},
        "components": {
            "schemas": {
                "Node": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": {"type": "string"}, "next": {"$ref": NODE}},
                }
            }
        },
        "paths": {"/x": {method: said}},
    }


NODE = "#/components/schemas/Node"
ODD = {
    "no responses": ({"operationId": "op"}, 200),
    "only a default": (operation(default={}), 200),
    "a class of statuses": (operation(s2XX={}), 200),
    "a status that is not 200": (operation(s202={}), 202),
    "only errors": (operation(s404={}), 200),
    "a schema and no example": (
        operation(s200={"content": {JSON: {"schema": {"$ref": NODE}}}}),
        200,
    ),
    "an example and no schema": (operation(s200={"content": {JSON: {"example": [1]}}}), 200),
    "neither": (operation(s200={"content": {JSON: {}}}), 200),
    "a schema that takes nothing": (operation(s200={"content": {JSON: {"schema": False}}}), 200),
    "text": (operation(s200={"content": {"text/plain": {"example": "hé"}}}), 200),
    "a picture": (operation(s200={"content": {"image/png": {}}}), 200),
    "a required field": (
        operation(s200={"headers": {"X-A": {"required": True, "schema": {"type": "integer"}}}}),
        200,
    ),
}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
@pytest.mark.parametrize("oddity", ODD)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_an_answer_comes_whatever_is_documented(
    drive: Callable[[Any], Any],
    made_up: Callable[..., Any],
    method: str,
    oddity: str,
    version: str,
) -> None:
    said, status = ODD[oddity]
    driver = drive(made_up({}, document(method, said, version)))
    assert driver.send(method.upper(), "/x").status == status


def test_an_error_without_any_schema_is_still_json(
    drive: Callable[[Any], Any], made_up: Callable[..., Any]
) -> None:
    driver = drive(made_up({}, document("get", operation(s200={}))))
    answer = driver.send("GET", "/nowhere")
    assert (answer.status, answer["Content-Type"]) == (404, JSON)
    assert isinstance(answer.json, dict)


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("?n=1", 200), ("?n=1&n=2", 200), ("?n=1&n=b", 400)]
)
def test_a_parameter_may_be_an_array_of_numbers(
    drive: Callable[[Any], Any], made_up: Callable[..., Any], query: str, status: int
) -> None:
    numbers = {"type": "array", "items": {"type": "integer"}}
    said = operation(s200={}, s400={})
    said["parameters"] = [{"name": "n", "in": "query", "required": True, "schema": numbers}]
    driver = drive(made_up({}, document("get", said)))
    assert driver.send("GET", f"/x{query}").status == status


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 200), (b'{"name": "a"}', 200), (b"{}", 422), (b"[]", 422)]
)
def test_a_body_may_be_left_out_where_it_is_not_required(
    drive: Callable[[Any], Any], made_up: Callable[..., Any], body: bytes, status: int
) -> None:
    said = operation(s200={}, s422={})
    said["requestBody"] = {"content": {JSON: {"schema": {"$ref": NODE}}}}
    driver = drive(made_up({}, document("put", said)))
    answer = driver.send("PUT", "/x", headers=[("Content-Type", JSON)], body=body)
    assert answer.status == status


def test_of_two_paths_the_one_with_fewer_templates_is_meant(
    drive: Callable[[Any], Any], made_up: Callable[..., Any]
) -> None:
    answers = {"/{kind}/{id}": "s201", "/things/{id}": "s202", "/things/mine": "s203"}
    paths = {
        path: {"get": {**operation(**{status: {}}), "operationId": f"to-{status}"}}
        for path, status in answers.items()
    }
    driver = drive(made_up({}, {**document("get", {}), "paths": paths}))
    statuses = [driver.send("GET", path).status for path in ("/a/b", "/things/b", "/things/mine")]
    assert statuses == [201, 202, 203]
