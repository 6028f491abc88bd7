"""APIs that say little of themselves, and how many of their operations accept a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apicheck.run import read_journal

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
TOKEN = '[identities.admin]\ntoken_env = "ADMIN_TOKEN"\n'
ENVIRON = {"ADMIN_TOKEN": "s3cret-of-the-admin"}


def accepted(outcome: Any) -> set[str]:
    """The operations of which the journal has an accepted response."""
    exchanges = [e for t in read_journal(outcome.directory) for e in t.exchanges]
    return {e.request.operation for e in exchanges if 0 < e.status < 400} - {""}


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


class Library:
    """Books, members, and loans of a book to a member: a book is lent once, and returned once."""

    def __init__(self, sent: Any) -> None:
        self.sent = sent
        self.kept: dict[str, dict[str, Any]] = {"books": {}, "members": {}, "loans": {}}

    def __call__(self, request: Any) -> Any:
        kind, *rest = [part for part in request.path.split("/") if part]
        things = self.kept[kind]
        if not rest:
            if request.method == "GET":
                return self.sent(200, {"items": list(things.values())})
            return self.make(kind, json.loads(request.body or b"{}"))
        thing = things.get(rest[0])
        if thing is None:
            return self.sent(404, {"title": "No such resource"})
        if rest[1:] == ["return"]:
            if thing["returned"]:
                return self.sent(409, {"title": "It has been returned"})
            thing["returned"] = True
        if request.method == "DELETE":
            del things[rest[0]]
            return self.sent(204)
        return self.sent(200, {"data": thing})

    def make(self, kind: str, wanted: dict[str, Any]) -> Any:
        number = sum(map(len, self.kept.values())) + 1
        made = {**wanted, "id": f"{kind[:2]}_{number:08x}"}
        if kind == "loans":
            book, member = wanted["book_id"], wanted["member"]["id"]
            if book not in self.kept["books"] or member not in self.kept["members"]:
                return self.sent(404, {"title": "No such resource"})
            if any(loan["book_id"] == book for loan in self.kept["loans"].values()):
                return self.sent(409, {"title": "The book is on loan already"})
            made["returned"] = False
        self.kept[kind][made["id"]] = made
        return self.sent(201, {"data": made})


LOAN = json.dumps(
    {
        "type": "object",
        "required": ["book_id", "member"],
        "properties": {
            "book_id": {"type": "string"},
            "member": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string"}},
            },
        },
    }
)
LENDING = document(
    "POST /books",
    "GET /books/{book_id}",
    "POST /members",
    "GET /members/{member_id}",
    "POST /loans",
    "GET /loans",
    "GET /loans/{loan_id}",
    "POST /loans/{loan_id}/return",
    "DELETE /loans/{loan_id}",
    post_books=NAMED,
    post_members=NAMED,
    post_loans=LOAN,
)


def test_ids_in_bodies_are_those_of_objects_that_exist(run: Any, sent: Any) -> None:
    assert len(accepted(run(LENDING, Library(sent)))) == 9


def test_what_can_be_used_once_is_made_anew_for_each_request(run: Any, sent: Any) -> None:
    policy = """
        policy: lending
        facts: {requests: {media: 415}}
        clauses:
          M: {title: JSON is needed, checks: errors/media-type}
          E: {title: No request makes the server fail, checks: errors/server-error}
    """
    outcome = run(LENDING, Library(sent), policy=policy, draws=3)
    reasons = [item["reason"] for item in outcome.results["results"]]
    assert not any("409" in reason for reason in reasons), reasons


def test_objects_that_need_each_other_are_sent_as_the_document_has_them(
    run: Any, sent: Any
) -> None:
    one = '{"type": "object", "required": ["b_id"], "properties": {"b_id": {"type": "integer"}}}'
    spec = document("POST /as", "POST /bs", post_as=one, post_bs=one.replace("b_id", "a_id"))
    assert len(accepted(run(spec, lambda _: sent(201, {"id": 1})))) == 2


def test_an_id_in_a_body_is_a_number_where_the_schema_says_so(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        if request.path == "/projects":
            return sent(201, {"id": 31})
        good = json.loads(request.body) == {"project": 31, "reviewer_ids": [31]}
        return sent(201 if good else 422, {"id": 1})

    task = {
        "type": "object",
        "required": ["project", "reviewer_ids"],
        "properties": {
            "project": {"type": "integer"},
            "reviewer_ids": {"type": "array", "minItems": 1, "items": {"type": "integer"}},
        },
    }
    spec = document(
        "POST /projects",
        "POST /projects/{id}/reviewers",
        "POST /tasks",
        "GET /reviewers",
        post_projects=NAMED,
        post_tasks=json.dumps(task),
    )

    def with_reviewers(request: Any) -> Any:
        return sent(200, [{"id": 31}]) if request.path == "/reviewers" else serve(request)

    assert "post_tasks" in accepted(run(spec, with_reviewers))


def test_a_fixture_can_be_another_for_each_identity(run: Any, sent: Any) -> None:
    own = {"Bearer token-of-anna-1": "a1", "Bearer token-of-bert-2": "b2"}

    def serve(request: Any) -> Any:
        mine = own.get(request.headers.get("authorization", ""))
        return sent(200 if request.path == f"/books/{mine}" else 404, {})

    target = "".join(
        f'[identities.{name}]\ntoken_env = "{name.upper()}_TOKEN"\ntenant = "{name}"\n'
        f'fixtures = {{id = "{value}"}}\n'
        for name, value in (("anna", "a1"), ("bert", "b2"))
    )
    environ = {"ANNA_TOKEN": "token-of-anna-1", "BERT_TOKEN": "token-of-bert-2"}
    policy = """
        policy: books
        facts: {authentication: {schemes: {b: {type: http, scheme: bearer}}, security: {b: "*"}}}
        clauses:
          A:
            title: Each reads a book of its own
            example:
              - {operation: get_books_id, as: anna, expect: {status: 200}}
              - {operation: get_books_id, as: bert, expect: {status: 200}}
    """
    spec = document("GET /books/{id}")
    outcome = run(spec, serve, target=target, policy=policy, environ=environ)
    assert outcome.verdict("A") == "pass"


def test_the_token_operation_is_sent_as_the_client_of_the_target(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        basic = "Basic Y2xpZW50LWE6c2VjcmV0LW9mLWNsaWVudC1h"
        if request.headers.get("authorization") != basic:
            return sent(401, {"error": "invalid_client"})
        return sent(200, {"access_token": "t0ken-issued-1", "token_type": "Bearer"})

    body = {"application/x-www-form-urlencoded": {"example": {"grant_type": "client_credentials"}}}
    written = f'"requestBody": {json.dumps({"content": body, "required": True})}, "parameters": []'
    spec = document("POST /oauth/token").replace('"parameters": []', written)
    target = (
        '[mint.a]\ntoken_url = "/oauth/token"\nclient_id = "client-a"\nclient_secret_env = "A"\n'
    )
    policy = """
        policy: tokens
        facts: {oauth: {token: post_oauth_token}}
        clauses:
          T: {title: Token responses are right, checks: oauth/token-response}
    """
    outcome = run(spec, serve, target=target, policy=policy, environ={"A": "secret-of-client-a"})
    assert "post_oauth_token" in accepted(outcome)
