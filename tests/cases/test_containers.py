"""APIs whose objects are all in something that no request can make: a region, a server."""

from __future__ import annotations

import json
from typing import Any

import pytest

STRING = {"type": "string"}
NAMED = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": STRING | {"description": 'Name of the disk (e.g. "disk.local."), with a dot.'}
    },
}


def document(*operations: str, summary: str = "") -> str:
    """A document of operations such as `POST /regions/{region}/disks`; a POST has a body."""
    paths: dict[str, Any] = {}
    for written in operations:
        method, path = written.split()
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        words = [method.lower(), *(part.strip("{}") for part in path.split("/") if part)]
        operation: dict[str, Any] = {
            "operationId": "_".join(words),
            "summary": summary if method == "POST" else "",
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": STRING} for name in names
            ],
            "responses": {"default": {"description": "any"}},
        }
        if method == "POST":
            content = {"application/json": {"schema": NAMED}}
            operation["requestBody"] = {"required": True, "content": content}
        paths.setdefault(path, {})[method.lower()] = operation
    info = {"title": "T", "version": "1"}
    return json.dumps({"openapi": "3.1.0", "info": info, "paths": paths})


WHOLE = (
    "GET /regions",
    "GET /regions/{region}",
    "PATCH /regions/{region}",
    "GET /regions/{region}/disks",
    "POST /regions/{region}/disks",
    "GET /regions/{region}/disks/{disk_id}",
    "DELETE /regions/{region}/disks/{disk_id}",
    "POST /regions/{region}/disks/{disk_id}/snapshot",
)


class Regions:
    """Two regions that are there, with disks in memory; a disk's name ends with a dot."""

    def __init__(self, sent: Any) -> None:
        self.sent = sent
        self.disks: dict[str, Any] = {"precious.": {"id": "precious."}}

    def __call__(self, request: Any) -> Any:
        parts = request.path.strip("/").split("/")
        if len(parts) == 1 and request.method == "POST":
            return self.sent(403, {"error": "no more regions in this plan"})
        if len(parts) == 1:
            return self.sent(200, [{"id": "east"}, {"id": "west"}])
        if parts[1] != "east":
            return self.sent(404, {"error": "no such region"})
        if len(parts) == 2:
            return self.sent(200, {"id": "east"})
        if len(parts) == 3:
            return self.make(request) if request.method == "POST" else self.list()
        if parts[3] not in self.disks:
            return self.sent(404, {"error": "no such disk"})
        if request.method == "DELETE":
            del self.disks[parts[3]]
            return self.sent(204)
        return self.sent(200, {"id": parts[3]})

    def list(self) -> Any:
        return self.sent(200, list(self.disks.values()))

    def make(self, request: Any) -> Any:
        name = json.loads(request.body or b"{}").get("name", "")
        if not name.endswith("."):
            return self.sent(422, {"error": "the name must end with a dot"})
        if name in self.disks:
            return self.sent(409, {"error": "it exists"})
        self.disks[name] = {"id": name}
        return self.sent(201, {"id": name})


def test_an_object_is_made_in_a_container_that_was_found(run: Any, sent: Any) -> None:
    server = Regions(sent)
    outcome = run(document(*WHOLE), server)
    standing = {one["operation"]: one["standing"] for one in outcome.results["operations"]}
    refused = {name for name, how in standing.items() if how != "accepted"}
    assert refused == {"patch_regions_region"}, "the container itself is not changed"
    assert not [one for one in outcome.received if one.method == "PATCH"]
    (reason,) = [one["reason"] for one in outcome.results["operations"] if one["reason"]]
    assert "region: no request makes one, and the run changes none that it finds" in reason
    assert list(server.disks) == ["precious."], "what was made is deleted, and nothing else"


@pytest.mark.parametrize(
    ("operations", "summary"),
    [
        (tuple(one for one in WHOLE if not one.startswith("DELETE")), ""),  # it could not be undone
        (WHOLE, "Trigger a disk"),
        (WHOLE, "Send a disk to its owner"),
    ],
)
def test_in_a_container_that_was_found_nothing_is_set_off_and_nothing_left(
    run: Any, sent: Any, operations: tuple[str, ...], summary: str
) -> None:
    outcome = run(document(*operations, summary=summary), Regions(sent))
    assert not [one for one in outcome.received if one.method not in ("GET", "HEAD", "OPTIONS")]


def test_a_container_that_can_be_made_is_not_found_instead(run: Any, sent: Any) -> None:
    outcome = run(document("POST /regions", *WHOLE), Regions(sent))
    assert outcome.requests("POST", "/regions")
    assert not outcome.requests("POST", "/regions/east/disks"), "the run did not make east"


def test_an_id_that_the_client_chooses_is_new_in_each_request(run: Any, sent: Any) -> None:
    kept = {"example": "precious"}
    body = {"type": "object", "required": ["topic_id"], "properties": {"topic_id": STRING}}
    spec = json.loads(
        document("POST /topics", "GET /topics/{topic_id}", "DELETE /topics/{topic_id}")
    )
    content = {"application/json": {"schema": body}}
    spec["paths"]["/topics"]["post"]["requestBody"] = {"required": True, "content": content}

    def serve(request: Any) -> Any:
        name = request.path.rpartition("/")[2]
        if request.method == "POST":
            name = json.loads(request.body)["topic_id"]
            if name in kept:
                return sent(409, {"error": "it exists"})
            kept[name] = ""
            return sent(201, {"topic_id": name})
        if name not in kept:
            return sent(404, {"error": "no such topic"})
        if request.method == "DELETE":
            del kept[name]
        return sent(200, {"topic_id": name})

    outcome = run(json.dumps(spec), serve)
    assert {one["standing"] for one in outcome.results["operations"]} == {"accepted"}
    assert kept == {"example": "precious"}
    assert not [one for one in outcome.received if one.path == "/topics/example"]
