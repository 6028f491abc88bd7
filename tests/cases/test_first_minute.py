"""What a run finds without a policy, and without a credential."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

DOCUMENT = """\
openapi: 3.1.0
info: {title: Notes, version: "1"}
security: [{token: []}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Note:
      type: object
      required: [text]
      properties: {text: {type: string, minLength: 1}, stars: {type: integer, minimum: 0}}
paths:
  /notes:
    get:
      operationId: listNotes
      parameters: [{name: limit, in: query, schema: {type: integer, minimum: 1}}]
      responses: {"200": {description: fine}, "422": {description: no}}
    post:
      operationId: createNote
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Note"}}}
      responses: {"201": {description: made}, "422": {description: no}}
  /imports:
    post:
      operationId: importNotes
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: array, minItems: 1, items: {$ref: "#/components/schemas/Note"}}
      responses: {"200": {description: fine}, "422": {description: no}}
  /notes/{noteId}:
    parameters: [{name: noteId, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: readNote
      responses: {"200": {description: fine}, "404": {description: none}}
"""
TOKEN = "notes-1f7e4c2a9b6d"
TARGET = '[identities.user]\ntoken_env = "NOTES_TOKEN"\n'
METHODS = {"/notes": "GET, POST", "/imports": "POST"}
CHALLENGE = {"WWW-Authenticate": "Bearer"}


def is_note(value: Any) -> bool:
    stars = value.get("stars", 0) if isinstance(value, dict) else None
    return (
        isinstance(stars, int)
        and not isinstance(stars, bool)
        and stars >= 0
        and isinstance(value.get("text"), str)
        and value["text"] != ""
    )


class Notes:
    """A server that does as its document says, but for one fault."""

    def __init__(self, sent: type[Any], fault: str = "") -> None:
        self.sent, self.fault = sent, fault

    def __call__(self, request: Any) -> Any:
        sent = self.sent
        if request.path not in METHODS and not request.path.startswith("/notes/"):
            return sent(404)
        known = request.headers.get("authorization") == f"Bearer {TOKEN}"
        open_ = self.fault == "open" and request.path == "/notes" and request.method == "GET"
        if not known and not open_:
            early = self.fault == "looks first" and request.path.startswith("/notes/")
            return sent(404) if early else sent(401, headers=CHALLENGE)
        allowed = METHODS.get(request.path, "GET")
        if request.method not in allowed:
            headers = {} if self.fault == "no Allow" else {"Allow": allowed}
            if self.fault == "any method":
                return sent(200, [])
            return sent(405, headers=headers)
        if request.method == "GET":
            return self.read(request)
        return self.write(request)

    def read(self, request: Any) -> Any:
        if request.path != "/notes":
            return self.sent(200 if request.path == "/notes/7" else 404)
        notes = [{"id": 7}]
        if "limit" not in request.target or self.fault == "any limit":
            return self.sent(200, notes)
        limit = request.target.partition("limit=")[2].partition("&")[0]
        good = limit.isascii() and limit.isdigit() and int(limit) >= 1
        return self.sent(200, notes) if good else self.sent(422)

    def write(self, request: Any) -> Any:
        try:
            value = json.loads(request.body)
        except ValueError:
            return self.sent(500 if self.fault == "fails on syntax" else 400)
        if request.path == "/imports":
            good = isinstance(value, list) and bool(value) and all(map(is_note, value))
            return self.sent(200 if good or self.fault == "any import" else 422)
        if self.fault == "fails beyond ASCII" and not request.body.isascii():
            return self.sent(500, "Traceback (most recent call last):\n  File x, line 1")
        return self.sent(201 if is_note(value) or self.fault == "any note" else 422)


FAULTS = {
    "fails on syntax": {"errors/unexpected-5xx", "errors/malformed-body", "conformance/response"},
    "fails beyond ASCII": {"errors/server-error", "conformance/response"},
    "any note": {"errors/invalid-body"},
    "any import": {"errors/invalid-body"},
    "any limit": {"errors/invalid-query"},
    "any method": {"errors/method"},
    "no Allow": {"errors/allow"},
    "open": {"auth/missing-credentials", "auth/bad-credentials"},
}


SERVER = "headers/banner"
"""Python's http.server names its version: true, and of no interest here."""


@pytest.fixture
def run_all(run: Callable[..., Any]) -> Callable[..., Any]:
    """A run as users have it, bad input included."""
    return partial(run, bad_input=True)


def checks_of(outcome: Any) -> set[str]:
    return {item["check"] for item in outcome.results["findings"]} - {SERVER}


def test_nothing_is_found_where_the_document_is_kept(
    run_all: Callable[..., Any], sent: Any
) -> None:
    outcome = run_all(DOCUMENT, Notes(sent), target=TARGET, environ={"NOTES_TOKEN": TOKEN})
    assert checks_of(outcome) == set()
    passed = {c["id"] for c in outcome.results["clauses"] if c["verdict"] == "pass"}
    assert passed >= {"INPUT-SYNTAX", "INPUT-LEAKS", "HTTP-405", "HTTP-401", "OPENAPI-RESPONSES"}


@pytest.mark.parametrize("fault", FAULTS)
def test_without_a_policy_bad_input_is_tried(
    run_all: Callable[..., Any], sent: Any, fault: str
) -> None:
    outcome = run_all(DOCUMENT, Notes(sent, fault), target=TARGET, environ={"NOTES_TOKEN": TOKEN})
    assert FAULTS[fault] & checks_of(outcome)
    assert checks_of(outcome) <= FAULTS[fault] | {"errors/unexpected-5xx", "errors/leaks"}


def test_what_no_standard_demands_violates_nothing(run_all: Callable[..., Any], sent: Any) -> None:
    outcome = run_all(
        DOCUMENT, Notes(sent, "any note"), target=TARGET, environ={"NOTES_TOKEN": TOKEN}
    )
    (clause,) = (c for c in outcome.results["clauses"] if c["id"] == "INPUT-SCHEMA")
    assert (clause["level"], clause["consequence"]) == ("should", "warning")


def test_a_body_that_is_no_json_may_be_refused_with_a_status_that_is_not_documented(
    run_all: Callable[..., Any], sent: Any
) -> None:
    other = DOCUMENT.replace('"422": {description: no}', '"409": {description: no}')

    def handler(request: Any) -> Any:
        response = Notes(sent)(request)
        return sent(409) if response.status == 422 else response

    outcome = run_all(other, handler, target=TARGET, environ={"NOTES_TOKEN": TOKEN})
    assert outcome.findings("conformance/response") == []


def test_a_refusal_of_bad_input_that_the_document_lacks_is_a_warning(
    run_all: Callable[..., Any], sent: Any
) -> None:
    def handler(request: Any) -> Any:
        response = Notes(sent)(request)
        return sent(400) if response.status == 422 else response

    outcome = run_all(DOCUMENT, handler, target=TARGET, environ={"NOTES_TOKEN": TOKEN})
    found = "conformance/response: undocumented-refusal: 400"
    assert outcome.findings("conformance/response") == [found]
    meant = {c["id"]: c["consequence"] for c in outcome.results["clauses"]}
    assert (meant["OPENAPI-RESPONSES"], meant["OPENAPI-REFUSALS"]) == ("none", "warning")


def test_without_a_credential_the_refusals_are_tested(
    run_all: Callable[..., Any], sent: Any
) -> None:
    outcome = run_all(DOCUMENT, Notes(sent))
    assert checks_of(outcome) == set()
    asked = {(r.method, r.path.rstrip("0123456789")) for r in outcome.received}
    assert asked >= {("GET", "/notes"), ("POST", "/notes"), ("GET", "/notes/")}
    asked_all = {
        result["verdict"]
        for result in outcome.results["results"]
        if result["check"] in FAULTS["open"]
    }
    assert asked_all == {"pass"}


def test_without_a_credential_an_open_operation_is_found(
    run_all: Callable[..., Any], sent: Any
) -> None:
    outcome = run_all(DOCUMENT, Notes(sent, "open"))
    assert checks_of(outcome) == FAULTS["open"]


def test_without_a_credential_another_refusal_decides_nothing(
    run_all: Callable[..., Any], sent: Any
) -> None:
    outcome = run_all(DOCUMENT, Notes(sent, "looks first"))
    assert checks_of(outcome) == set()
    undecided = {
        item["subject"]
        for item in outcome.results["results"]
        if item["check"] == "auth/missing-credentials" and item["verdict"] == "inconclusive"
    }
    assert undecided == {"readNote"}
