"""A request that changes every object of a collection changes those that the run did not make."""

from __future__ import annotations

import json
from typing import Any

import pytest

TEXT, FLAG = {"type": "string"}, {"type": "boolean"}
PAUSED = {"type": "object", "properties": {"paused": FLAG}}
NAMED = {"type": "object", "properties": {"jobId": TEXT, "paused": FLAG}}
ACTION = {"type": "object", "properties": {"jobs": {"type": "array", "items": NAMED}}}
ACTIONS = {"type": "array", "items": {"oneOf": [PAUSED, {"allOf": [ACTION]}]}}
DEEP = {"type": "object", "properties": {"actions": ACTIONS}}
NAME = {"name": "id", "in": "path", "required": True, "schema": TEXT}
RESPONSES = {"default": {"description": "any"}}


def document(method: str, body: Any, *others: str, query: str = "") -> str:
    """A document of `/jobs` and `/jobs/{id}`, with one method that changes jobs."""

    def operation(of: str, path: str) -> dict[str, Any]:
        name = of + ("Job" if "{" in path else "Jobs")
        parameters = [NAME] if "{" in path else []
        return {"operationId": name, "parameters": parameters, "responses": RESPONSES}

    change = operation(method, "/jobs")
    content = {"application/json": {"schema": body}}
    change |= {"requestBody": {"content": content}} if body else {}
    if query:
        change["parameters"] = [{"name": query, "in": "query", "required": True, "schema": TEXT}]
    paths = {
        "/jobs": {of: operation(of, "/jobs") for of in ("get", *others)} | {method: change},
        "/jobs/{id}": {"get": operation("get", "/jobs/{id}")},
    }
    return json.dumps({"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths})


def serve(sent: Any) -> Any:
    return lambda request: sent(200, [{"id": "j1"}] if request.path == "/jobs" else {"id": "j1"})


@pytest.mark.parametrize(
    "spec",
    [
        document("patch", PAUSED),
        document("patch", None),
        document("patch", {"type": "array", "items": PAUSED}),
        document("put", {"anyOf": [PAUSED, {"type": "null"}]}, "post"),
    ],
)
def test_what_would_change_every_object_is_not_sent(run: Any, sent: Any, spec: str) -> None:
    outcome = run(spec, serve(sent))
    assert not [one for one in outcome.received if one.method in ("PATCH", "PUT")]
    (why,) = [one for one in outcome.results["operations"] if one["kind"] == "hazard"]
    assert "may change every object" in why["reason"]


def with_objects(body: Any, made_of: Any) -> str:
    """The document of a PATCH of all, where POST creates an object and GET reads one."""
    spec = json.loads(document("patch", body, "post"))
    content = {"application/json": {"schema": made_of}}
    spec["paths"]["/jobs"]["post"]["requestBody"] = {"content": content}
    read = {"200": {"description": "One", "content": content}}
    spec["paths"]["/jobs/{id}"]["get"]["responses"] = read
    return json.dumps(spec)


JOB = {"type": "object", "properties": {"id": TEXT, "name": TEXT, "paused": FLAG}}


@pytest.mark.parametrize(
    "body",
    [JOB, {**JOB, "required": ["paused"]}, {"allOf": [JOB]}, {**JOB, "properties": {"name": TEXT}}],
)
def test_a_body_of_the_members_of_one_object_names_none(run: Any, sent: Any, body: Any) -> None:
    outcome = run(with_objects(body, JOB), serve(sent))
    assert not [one for one in outcome.received if one.method == "PATCH"]


@pytest.mark.parametrize("body", [{**JOB, "required": ["id"]}, {"type": "array", "items": JOB}])
def test_objects_that_are_named_are_changed(run: Any, sent: Any, body: Any) -> None:
    outcome = run(with_objects(body, JOB), serve(sent))
    assert [one for one in outcome.received if one.method == "PATCH"]


@pytest.mark.parametrize(
    "spec",
    [
        document("patch", NAMED),
        document("patch", {"type": "array", "items": NAMED}),
        document("patch", {"type": "object", "properties": {"ids": {"type": "array"}}}),
        document("patch", {"type": "object", "properties": {"changes": {"oneOf": [NAMED]}}}),
        document("patch", DEEP),
        document("patch", PAUSED, query="filter"),
        document("put", PAUSED),
    ],
)
def test_what_says_which_objects_it_changes_is_sent(run: Any, sent: Any, spec: str) -> None:
    outcome = run(spec, serve(sent))
    assert [one for one in outcome.received if one.method in ("PATCH", "PUT")]


@pytest.mark.parametrize("body", [None, PAUSED])
def test_what_would_delete_what_was_there_is_not_sent(run: Any, sent: Any, body: Any) -> None:
    outcome = run(document("delete", body, "put"), serve(sent))
    assert not [one for one in outcome.received if one.method == "DELETE"]
    (why,) = [one for one in outcome.results["operations"] if one["kind"] == "hazard"]
    assert "may delete what the run did not make" in why["reason"]


def test_a_deletion_that_names_its_objects_is_sent(run: Any, sent: Any) -> None:
    outcome = run(document("delete", NAMED), serve(sent))
    assert [one for one in outcome.received if one.method == "DELETE"]


def test_who_allows_it_gets_it_sent(run: Any, sent: Any) -> None:
    allowed = run(document("patch", PAUSED), serve(sent), target='[safety]\nallow = ["patchJobs"]')
    assert allowed.requests("PATCH", "/jobs")


def settings(*methods: str, path: str = "/settings") -> str:
    """A document of a path that has one object."""
    content = {"application/json": {"schema": PAUSED}}
    operations = {
        method: {"operationId": f"{method}Settings", "responses": RESPONSES}
        | ({} if method == "get" else {"requestBody": {"content": content}})
        for method in methods
    }
    info = {"title": "T", "version": "1"}
    return json.dumps({"openapi": "3.1.0", "info": info, "paths": {path: operations}})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/settings"),
        ("patch", "/me"),
        ("patch", "/admin/session-policy/"),
        ("post", "/jwt/settings"),
        ("post", "/mailServerConfig"),
    ],
)
def test_the_only_one_that_is_there_is_not_changed(
    run: Any, sent: Any, method: str, path: str
) -> None:
    outcome = run(settings("get", method, path=path), serve(sent))
    assert {one.method for one in outcome.received} == {"GET"}
    (why,) = [one for one in outcome.results["operations"] if one["kind"] == "hazard"]
    assert "it may change a setting for good" in why["reason"]


@pytest.mark.parametrize("methods", [("put",), ("post",), ("get", "post", "put")])
def test_what_may_make_another_is_sent(run: Any, sent: Any, methods: tuple[str, ...]) -> None:
    outcome = run(settings(*methods, path="/drafts"), serve(sent))
    assert {method.upper() for method in methods} <= {one.method for one in outcome.received}


def test_who_allows_it_gets_the_setting_changed(run: Any, sent: Any) -> None:
    target = '[safety]\nallow = ["putSettings"]'
    allowed = run(settings("get", "put"), serve(sent), target=target)
    assert allowed.requests("PUT", "/settings")
