"""Servers that do not say what a request created: it was refused, or it changed a collection."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest

ZONES = """
    openapi: 3.1.0
    info: {title: Zones, version: "1"}
    paths:
      /zones:
        get: {operationId: listZones, responses: {"200": {description: All}}}
        post:
          operationId: createZone
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [name, kind]
                  properties:
                    name: {type: string, x-unique: true}
                    kind: {type: string, enum: [native, mirror]}
          responses: {"201": {description: Created}, "422": {description: Bad}}
      /zones/{zone}:
        parameters: [{name: zone, in: path, required: true, schema: {type: string}}]
        get:
          operationId: getZone
          responses: {"200": {description: One}, "404": {description: None}}
        delete:
          operationId: deleteZone
          responses: {"204": {description: Deleted}, "404": {description: None}}
"""


class Zones:
    """Stores a zone before it looks at its kind. ids: the server chooses what names a zone."""

    def __init__(self, sent: Any, *, ids: bool, status: int = 422) -> None:
        self.sent, self.ids, self.status = sent, ids, status
        self.held: dict[str, Any] = {"precious": {"id": "precious", "name": "precious"}}
        self.lists, self.refused, self.made = True, 0, 0

    def __call__(self, request: Any) -> Any:
        name = unquote(request.path.removeprefix("/zones").strip("/"))
        if request.method == "POST":
            return self.create(request)
        if not name:
            zones = {"zones": list(self.held.values()), "total": len(self.held)}
            return self.sent(200, zones) if self.lists else self.sent(405, {})
        if name not in self.held:
            return self.sent(404, {})
        if request.method == "DELETE":
            del self.held[name]
            return self.sent(204)
        return self.sent(200, self.held[name])

    def create(self, request: Any) -> Any:
        try:
            zone = json.loads(request.body)
            name = zone["name"]
            assert isinstance(name, str)
        except (ValueError, KeyError, TypeError, AssertionError):
            return self.sent(422, {"error": "no name"})
        self.made += 1
        key = f"z{self.made}" if self.ids else name
        self.held[key] = {"id": key, **zone}
        if zone.get("kind") in ("native", "mirror"):
            return self.sent(201, self.held[key])
        self.refused += 1
        return self.sent(self.status, {"error": "what kind?"})


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("status", [422, 500])
def test_what_a_refused_request_made_is_found_in_the_list_and_deleted(
    run: Any, sent: Any, ids: bool, status: int
) -> None:
    zones = Zones(sent, ids=ids, status=status)
    outcome = run(ZONES, zones, bad_input=True, select=("errors/invalid-body",))
    assert zones.refused
    assert list(zones.held) == ["precious"]
    assert outcome.results["leftovers"] == []


def test_a_list_with_bytes_that_are_no_text_is_read_too(run: Any, sent: Any) -> None:
    zones = Zones(sent, ids=True)

    def handler(request: Any) -> Any:
        found = zones(request)
        if request.method == "GET" and request.path == "/zones":
            body = json.dumps(found.body).encode().replace(b"precious", b"\xed\xa0\xbd")
            return sent(200, body, {"Content-Type": "application/json"})
        return found

    run(ZONES, handler, bad_input=True, select=("errors/invalid-body",))
    assert zones.refused
    assert list(zones.held) == ["precious"]


def test_without_a_list_it_is_found_by_the_name_that_the_run_chose(run: Any, sent: Any) -> None:
    zones = Zones(sent, ids=False)
    zones.lists = False
    run(ZONES, zones, bad_input=True, select=("errors/invalid-body",))
    assert zones.refused
    assert list(zones.held) == ["precious"]


def test_what_only_looks_like_the_runs_own_is_named_and_stays(run: Any, sent: Any) -> None:
    document = (
        ZONES.replace(", x-unique: true", "")
        .replace("[name, kind]", "[name, kind, size]")
        .replace(
            "kind: {type: string, enum",
            "size: {type: integer}\n                    kind: {type: string, enum",
        )
    )
    zones = Zones(sent, ids=True, status=500)
    outcome = run(document, zones, bad_input=True, select=("errors/invalid-body",))
    assert zones.refused
    assert "precious" in zones.held
    assert len(zones.held) > 1
    (words,) = {one.partition(" ")[2] for one in outcome.results["leftovers"]}
    assert "createZone, which got 500" in words


BULK = """
        patch:
          operationId: changeZones
          requestBody:
            required: true
            content:
              application/json:
                schema: {type: object}
                example: {actions: [{action: create, zones: [{name: bulk, kind: native}]}]}
          responses: {"200": {description: Done}, "422": {description: Bad}}
"""


def test_what_a_change_of_a_collection_may_have_made_is_named(run: Any, sent: Any) -> None:
    class Changed(Zones):
        def __call__(self, request: Any) -> Any:
            if request.method != "PATCH":
                return super().__call__(request)
            for action in json.loads(request.body)["actions"]:
                self.held |= {one["name"]: one for one in action["zones"]}
            return self.sent(200, {"created": 1})

    marker = "      /zones/{zone}:"
    zones = Changed(sent, ids=False)
    target = '[safety]\nallow = ["changeZones"]'
    outcome = run(ZONES.replace(marker, BULK.strip("\n") + "\n" + marker), zones, target=target)
    assert list(zones.held) == ["precious", "bulk"]
    made = "/zones/bulk (created by changeZones, which got 200 OK)"
    words = f"{made}, if the run made it: none of its names says so"
    assert outcome.results["leftovers"] == [words]
