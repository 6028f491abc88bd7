"""A failure is blamed on the request that causes it, and on no other."""

from __future__ import annotations

import json
from typing import Any

import pytest

SHELVES = """
openapi: 3.0.3
info: {title: Shelves, version: "1"}
paths:
  /shelves:
    get:
      operationId: listShelves
      parameters: [{name: label, in: query, schema: {type: string}}]
      responses: {"200": {description: all}, "400": {description: bad}}
    post:
      operationId: createShelf
      requestBody: &shelf
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [label, width]
              properties: {label: {type: string, maxLength: 40}, width: {type: integer}}
      responses: {"201": {description: made}, "400": {description: bad}}
  /shelves/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getShelf
      parameters: [{name: unit, in: query, schema: {type: string}}]
      responses: {"200": {description: one}, "400": {description: bad}, "404": {description: none}}
    put:
      operationId: putShelf
      requestBody: *shelf
      responses: {"200": {description: one}, "400": {description: bad}, "404": {description: none}}
    delete:
      operationId: deleteShelf
      responses: {"204": {description: gone}, "404": {description: none}}
  /shelves/{id}/volume:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getVolume
      parameters: [{name: unit, in: query, schema: {type: string}}]
      responses: {"200": {description: one}, "400": {description: bad}, "404": {description: none}}
"""


class Shelves:
    """Takes any width on PUT, or everywhere, and then cannot compute with what is no number."""

    def __init__(self, sent: Any, *, careless: tuple[str, ...]) -> None:
        self.sent, self.careless = sent, careless
        self.shelves: dict[str, Any] = {}
        self.number = 0

    def __call__(self, request: Any) -> Any:
        parts = request.path.strip("/").split("/")
        if request.method in ("POST", "PUT"):
            try:
                body = json.loads(request.body)
            except ValueError:
                return self.sent(400, {})
            fits = isinstance(body, dict) and isinstance(body.get("width"), int)
            if not isinstance(body, dict) or not (fits or request.method in self.careless):
                return self.sent(400, {})
        if len(parts) == 1:
            return self._create(body) if request.method == "POST" else self._list()
        name = parts[1]
        if name not in self.shelves:
            return self.sent(404, {})
        if request.method == "DELETE":
            del self.shelves[name]
            return self.sent(204)
        if request.method == "PUT":
            self.shelves[name] = body
            return self.sent(200, {"id": name})
        return self._show(self.shelves[name])

    def _create(self, body: Any) -> Any:
        self.number += 1
        self.shelves[f"s{self.number}"] = body
        return self.sent(201, {"id": f"s{self.number}"})

    def _list(self) -> Any:
        broken = any(not isinstance(one.get("width"), int) for one in self.shelves.values())
        return self.sent(500 if broken else 200, [])

    def _show(self, shelf: Any) -> Any:
        fine = isinstance(shelf.get("width"), int)
        return self.sent(200 if fine else 500, {"double": 2} if fine else {})


@pytest.mark.parametrize("careless", [("PUT",), ("POST",), ("PUT", "POST")])
def test_what_an_accepted_bad_body_spoils_is_no_other_values_fault(
    run: Any, sent: Any, careless: tuple[str, ...]
) -> None:
    outcome = run(SHELVES, Shelves(sent, careless=careless), bad_input=True)
    assert "errors/invalid-body: accepted: type" in outcome.findings()
    blamed = {
        item["check"]: item["operations"]
        for item in outcome.results["findings"]
        if item["check"] in ("errors/server-error", "errors/bounds", "errors/invalid-query")
    }
    assert blamed == {}


def test_a_value_that_fails_on_a_sound_object_is_blamed(run: Any, sent: Any) -> None:
    shelves = Shelves(sent, careless=("PUT",))

    def serve(request: Any) -> Any:
        if request.path.endswith("/volume") and "%00" in request.target:
            return sent(500, {})
        return shelves(request)

    outcome = run(SHELVES, serve, bad_input=True)
    found = [o for o in outcome.results["findings"] if o["check"] == "errors/server-error"]
    assert {name for item in found for name in item["operations"]} == {"getVolume"}
