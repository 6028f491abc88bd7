"""APIs that say little of themselves, and how many of their operations accept a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
TOKEN = '[identities.admin]\ntoken_env = "ADMIN_TOKEN"\n'
ENVIRON = {"ADMIN_TOKEN": "s3cret-of-the-admin"}


def accepted(outcome: Any) -> set[str]:
    """The operations of which the journal has an accepted response."""
    lines = (outcome.directory / "journal.ndjson").read_text().splitlines()
    exchanges = [e for line in lines for e in json.loads(line).get("exchanges", [])]
    whole = [e for e in exchanges if isinstance(e, dict) and e.get("response")]
    names = {e["request"].get("operation") for e in whole if e["response"]["status"] < 400}
    return names - {None, ""}


def document(*operations: str, **bodies: str) -> str:
    """A document of operations such as `GET /things/{id}`, without links, examples or security.

    bodies: schema of the request body of an operationId, in YAML. The operationId is the method
    and the words of the path.
    """
    paths: dict[str, Any] = {}
    for written in operations:
        method, path = written.split()
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        name = "_".join([method.lower(), *(part.strip("{}") for part in path.split("/") if part)])
        operation: dict[str, Any] = {
            "operationId": name,
            "parameters": [
                {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                for n in names
            ],
            "responses": {"default": {"description": "any"}},
        }
        if name in bodies:
            schema = json.loads(bodies[name])
            content = {"application/json": {"schema": schema}}
            operation["requestBody"] = {"required": True, "content": content}
        paths.setdefault(path, {})[method.lower()] = operation
    return HEAD + "paths: " + json.dumps(paths)


NAMED = '{"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}'


class Things:
    """Things in memory, at `/things`; the ids are numbers that count up from 100."""

    def __init__(self, sent: Any) -> None:
        self.sent = sent
        self.kept: dict[str, Any] = {}

    def __call__(self, request: Any) -> Any:
        parts = [part for part in request.path.split("/") if part]
        if len(parts) == 1:
            return self.collection(request)
        return self.item(request, parts[1])

    def collection(self, request: Any) -> Any:
        if request.method == "POST":
            made = {**json.loads(request.body or b"{}"), "id": str(100 + len(self.kept))}
            self.kept[made["id"]] = made
            return self.sent(201, made)
        return self.sent(200, list(self.kept.values()))

    def item(self, request: Any, key: str) -> Any:
        if key not in self.kept:
            return self.sent(404, {"detail": "no such thing"})
        if request.method == "DELETE":
            del self.kept[key]
            return self.sent(204)
        return self.sent(200, self.kept[key])


def test_an_example_id_that_nobody_has_is_replaced_by_that_of_a_new_object(
    run: Any, sent: Any
) -> None:
    spec = document("POST /things", "GET /things", "GET /things/{id}", post_things=NAMED)
    spec = spec.replace(
        '"schema": {"type": "string"}}]', '"schema": {"type": "string"}, "example": "7"}]'
    )
    outcome = run(spec, Things(sent))
    assert accepted(outcome) == {"post_things", "get_things", "get_things_id"}
    assert not outcome.requests("GET", "/things/7")


def test_where_nothing_can_be_made_an_id_is_taken_from_a_list(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        if request.method == "POST":
            return sent(403, {"detail": "things are made by the factory"})
        if request.path == "/things":
            return sent(200, {"count": 1, "results": [{"thing": {"id": "t-1", "name": "a"}}]})
        return sent(200 if request.path == "/things/t-1" else 404, {"id": "t-1"})

    spec = document("POST /things", "GET /things", "GET /things/{id}", post_things=NAMED)
    assert accepted(run(spec, serve)) == {"get_things", "get_things_id"}


def test_an_example_id_is_tried_when_nothing_is_listed(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        if request.path == "/things":
            return sent(200, [])
        return sent(200 if request.path == "/things/7" else 404, {"id": "7"})

    spec = document("GET /things", "GET /things/{id}")
    spec = spec.replace(
        '"schema": {"type": "string"}}]', '"schema": {"type": "string"}, "example": "7"}]'
    )
    assert accepted(run(spec, serve)) == {"get_things", "get_things_id"}


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_client_that_chooses_names_chooses_new_ones(run: Any, sent: Any, method: str) -> None:
    kept: dict[str, Any] = {"precious": {}}

    def serve(request: Any) -> Any:
        name = request.path.split("/")[2] if request.path.count("/") == 2 else ""
        if request.path == "/queues":
            return sent(200, {n: {"length": 0} for n in kept})
        if request.method == method:
            if name in kept:
                return sent(409, {"detail": "it exists"})
            kept[name] = {}
            return sent(201, {})
        if name not in kept:
            return sent(404, {"detail": "no such queue"})
        if request.method == "DELETE":
            del kept[name]
            return sent(204)
        return sent(200, {})

    spec = document(
        "GET /queues",
        f"{method} /queues/{{name}}",
        "GET /queues/{name}",
        "DELETE /queues/{name}",
        **{f"{method.lower()}_queues_name": '{"type": "object"}'},
    )
    outcome = run(spec, serve)
    assert len(accepted(outcome)) == 4
    assert kept == {"precious": {}}, "what the run made is deleted, and nothing else"


def test_a_map_by_name_is_a_list(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        if request.path == "/services":
            return sent(200, {"cull": {"url": "/a"}, "hub": {"url": "/b"}})
        return sent(200 if request.path == "/services/cull" else 404, {})

    outcome = run(document("GET /services", "GET /services/{name}"), serve)
    assert accepted(outcome) == {"get_services", "get_services_name"}


def test_names_that_are_taken_are_made_new(run: Any, sent: Any) -> None:
    kept: dict[str, Any] = {"example": {}}

    def serve(request: Any) -> Any:
        parts = request.path.split("/")
        if request.method == "POST":
            name = json.loads(request.body)["name"]
            if name in kept:
                return sent(409, {"detail": "the name is taken"})
            kept[name] = {}
            return sent(201)
        return sent(200 if parts[-1] in kept else 404, {})

    spec = document("POST /teams", "GET /teams/{team_name}", post_teams=NAMED)
    assert accepted(run(spec, serve)) == {"post_teams", "get_teams_team_name"}
