"""Objects that act by themselves: what one of them does may keep a server from all else."""

from __future__ import annotations

import itertools
import json
from typing import Any

DOCUMENT = """
    openapi: 3.1.0
    info: {title: Automations, version: "1"}
    paths:
      /automations:
        post:
          operationId: createAutomation
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [name]
                  properties:
                    name: {type: string}
                    enabled: {type: boolean, default: true}
          responses: {"201": {description: Created}, "422": {description: Bad}}
      /automations/{id}:
        delete:
          operationId: deleteAutomation
          parameters: [{name: id, in: path, required: true, schema: {type: string}}]
          responses: {"204": {description: Deleted}, "404": {description: None}}
      /notes:
        post:
          operationId: createNote
          requestBody:
            content: {application/json: {schema: {type: object}, example: {text: a}}}
          responses: {"201": {description: Created}}
      /notes/{id}:
        delete:
          operationId: deleteNote
          parameters: [{name: id, in: path, required: true, schema: {type: string}}]
          responses: {"204": {description: Deleted}, "404": {description: None}}
"""


def test_an_automation_is_made_inactive_and_deleted_before_all_else(run: Any, sent: Any) -> None:
    held: dict[str, Any] = {}
    gone: list[str] = []
    numbers = itertools.count()

    def handler(request: Any) -> Any:
        if request.method == "POST":
            path = f"{request.path}/{next(numbers)}"
            held[path] = json.loads(request.body)
            return sent(201, {"id": path.rpartition("/")[2]})
        if request.method != "DELETE" or not held.pop(request.path, None):
            return sent(404, {})
        gone.append(request.path.split("/")[1])
        return sent(204)

    outcome = run(DOCUMENT, handler)
    made = [json.loads(one.body) for one in outcome.requests("POST", "/automations")]
    assert made
    assert all(one["enabled"] is False for one in made)
    assert gone[-2:] == ["automations", "notes"]
    assert held == {}
