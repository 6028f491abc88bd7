"""APIs that ask for more than their documents call required, and say so when they refuse."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.cases.conftest import Received, Run, Sent

DOCUMENT = """
openapi: 3.1.0
info: {title: Boards, version: "1"}
paths:
  /boards:
    get: {operationId: list_boards, responses: {default: {description: any}}}
    post:
      operationId: make_board
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties: {colour: {type: string}, size: {type: integer}}
      responses: {default: {description: any}}
  /team/board:
    get: {operationId: read_own_board, responses: {default: {description: any}}}
  /cards:
    get:
      operationId: list_cards
      parameters:
        - {name: search, in: query, schema: {type: string}}
        - {name: board, in: query, schema: {type: integer}}
      responses: {default: {description: any}}
    post:
      operationId: make_card
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                text: {type: string}
                board: {type: integer}
                dueOn: {type: string, format: date}
      responses: {default: {description: any}}
  /columns:
    get:
      operationId: list_columns
      parameters: [{name: board, in: query, required: true, schema: {type: integer}}]
      responses: {default: {description: any}}
"""
FORMS = {
    "a member": lambda names: {name: ["This field is required."] for name in names},
    "places in lists": lambda names: {
        "detail": [{"type": "missing", "loc": ["body", n], "msg": "Field required"} for n in names]
    },
    "pointers": lambda names: {
        "title": "Invalid",
        "status": 400,
        "errors": [{"pointer": f"/{name}", "detail": "must be given"} for name in names],
    },
    "quoted in a sentence": lambda names: {
        "error": "missing: " + ", ".join(f"'{name}'" for name in names)
    },
}


class Boards:
    """Boards and cards; boards have ids from 40, and only these are known."""

    def __init__(self, form: Any) -> None:
        self.form, self.boards = form, 0

    def __call__(self, request: Received) -> Sent:
        query = {
            name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()
        }
        body = json.loads(request.body or b"{}") if request.method == "POST" else {}
        if request.path == "/boards":
            return self.make_board(body) if request.method == "POST" else Sent(200, [])
        if request.path == "/team/board":
            return Sent(404, {"error": "no team"})
        if request.path == "/cards" and request.method == "POST":
            return self.make_card(body)
        if request.path in ("/cards", "/columns"):
            known = self.knows(query.get("board"))
            return Sent(200, []) if known else Sent(404, {"error": "No Board matches the search."})
        return Sent(404, {"error": "not here"})

    def knows(self, board: Any) -> bool:
        return str(board).isdecimal() and 40 < int(board) <= 40 + self.boards

    def make_board(self, body: Any) -> Sent:
        if "colour" not in body or "size" not in body:
            return Sent(400, self.form([n for n in ("colour", "size") if n not in body]))
        self.boards += 1
        return Sent(201, {"id": 40 + self.boards, **body})

    def make_card(self, body: Any) -> Sent:
        lacking = [name for name in ("board", "dueOn") if name not in body]
        if lacking:  # one after the other, as many servers say it
            return Sent(422, self.form(lacking[:1]))
        known = self.knows(body["board"])
        return Sent(201, {"id": 7}) if known else Sent(400, {"error": "no such thing"})


def standings(outcome: Any) -> dict[str, str]:
    return {one["operation"]: one["standing"] for one in outcome.results["operations"]}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_refusal_asks_for_is_sent(run: Run, form: str) -> None:
    outcome = run(DOCUMENT, Boards(FORMS[form]))
    standing = standings(outcome)
    del standing["read_own_board"]
    assert set(standing.values()) == {"accepted"}, standing


def test_an_ordinary_word_of_a_sentence_asks_for_nothing(run: Run) -> None:
    outcome = run(DOCUMENT, Boards(FORMS["a member"]))
    listed = [one.target for one in outcome.requests("GET", "/cards")]
    assert not any("search=" in target for target in listed)


def test_a_required_id_in_a_query_is_that_of_an_object(run: Run) -> None:
    outcome = run(DOCUMENT, Boards(FORMS["a member"]))
    asked = {one.target for one in outcome.requests("GET", "/columns")}
    assert asked <= {"/columns?board=41", "/columns?board=42"}


def test_a_target_that_asks_in_vain_is_not_asked_for_ever(run: Run) -> None:
    def insist(request: Received) -> Sent:
        if request.method == "POST":
            return Sent(400, {"colour": ["is required"], "size": ["is required"]})
        return Sent(404, {"error": "nothing"})

    outcome = run(DOCUMENT, insist)
    assert standings(outcome)["make_board"] == "refused"
    assert len(outcome.requests("POST", "/boards")) < 10
