"""Servers that check a credential everywhere but at one operation."""

from typing import Any

import pytest

DOCUMENT = """
openapi: 3.1.0
info: {title: Tools, version: "1"}
paths:
  /tools:
    post:
      operationId: createTool
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [name], properties: {name: {type: string}}}
      responses:
        "201": {description: the tool}
  /tools/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getTool
      responses: {"200": {description: the tool}, "404": {description: none}}
    delete:
      operationId: deleteTool
      responses: {"204": {description: gone}, "404": {description: none}}
security: [{token: []}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
"""
TARGET = '[identities.us]\ntoken_env = "TOOLS_TOKEN"'
TOKEN = "tools-3b8e1d0f6a52"


class Tools:
    """Asks for the token, but not where `opened` says so."""

    def __init__(self, opened: str, sent: Any) -> None:
        self.opened, self.sent = opened, sent
        self.things: dict[str, bool] = {}

    def __call__(self, request: Any) -> Any:
        allowed = request.headers.get("authorization") == f"Bearer {TOKEN}"
        if not allowed and request.method != self.opened:
            return self.sent(401, {}, {"WWW-Authenticate": "Bearer"})
        if request.method == "POST":
            name = f"t{len(self.things) + 1}f{len(self.things)}"
            self.things[name] = True
            return self.sent(201, {"id": name})
        name = request.path.rpartition("/")[2]
        if not self.things.get(name):
            return self.sent(404, {})
        if request.method == "DELETE":
            self.things[name] = False
            return self.sent(204)
        return self.sent(200, {"id": name})


@pytest.mark.parametrize(("method", "operation"), [("DELETE", "deleteTool"), ("GET", "getTool")])
def test_every_check_finds_the_door_though_the_first_uses_the_object_up(
    method: str, operation: str, run: Any, sent: Any
) -> None:
    outcome = run(DOCUMENT, Tools(method, sent), target=TARGET, environ={"TOOLS_TOKEN": TOKEN})
    found = {
        (finding["check"], finding["outcome"])
        for finding in outcome.results["findings"]
        if finding["operations"] == [operation]
    }
    assert {
        ("auth/missing-credentials", "accepted"),
        ("auth/bad-credentials", "accepted"),
    } <= found


def test_a_server_whose_doors_are_all_shut_passes(run: Any, sent: Any) -> None:
    outcome = run(DOCUMENT, Tools("", sent), target=TARGET, environ={"TOOLS_TOKEN": TOKEN})
    assert [one for one in outcome.findings() if one.startswith("auth/")] == []
    assert outcome.verdict("OPENAPI-SECURITY") == "pass"
