"""What may end a credential, an account or the server is not sent, and its end is noticed."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from apicheck.model.target import Mode
from apicheck.probe import sentinel
from apicheck.report import render
from apicheck.run import judge_saved

HEAD = """
openapi: 3.0.3
info: {title: Harm, version: "1"}
security: [{bearer: []}]
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
paths:
"""
TARGET = """
[identities.admin]
token_env = "ADMIN"
"""
ENVIRON = {"ADMIN": "good-admin-token", "SPARE": "good-spare-token"}
OK = {"200": {"description": "done"}}


def document(*operations: str) -> str:
    """A document of operations: `POST /logout endIt`."""
    lines = []
    for operation in operations:
        method, path, name = operation.split()
        lines.append(f"  {path}:\n    {method.lower()}:\n      operationId: {name}")
        if "{id}" in path:
            lines.append("      parameters: [{name: id, in: path, required: true,")
            lines.append("        schema: {type: string}}]")
        lines.append("      responses: {'200': {description: done}}")
    return HEAD + "\n".join(lines)


class Api:
    """A server with tokens, which `ends` names: a request after which its caller's is dead."""

    def __init__(self, sent: Any, *ends: str) -> None:
        self.sent = sent
        self.ends = ends
        self.dead: set[str] = set()

    def __call__(self, request: Any) -> Any:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in ENVIRON.values() or token in self.dead:
            return self.sent(401, {}, {"WWW-Authenticate": "Bearer"})
        if f"{request.method} {request.path}" in self.ends:
            self.dead.add(token)
        return self.sent(200, {})


def run_it(run: Any, sent: Any, *operations: str, ends: tuple[str, ...] = (), **more: Any) -> Any:
    target = TARGET + more.pop("target", "")
    return run(
        document(*operations),
        Api(sent, *ends),
        target=target,
        environ=ENVIRON,
        **more,
    )


THREE = ("GET /things listThings", "POST /logout endIt", "POST /shutdown stopIt")


def test_what_may_end_something_is_not_sent_and_is_named(run: Any, sent: Any) -> None:
    outcome = run_it(run, sent, *THREE, "POST /current-user/reset-token/ x")
    assert {request.path for request in outcome.received if request.method == "POST"} == set()
    named = {r["reason"] for r in outcome.results["results"] if r["kind"] == "hazard"}
    assert any(
        'endIt is not sent: it may end the session: its path says "logout"' in n for n in named
    )
    assert any("stopIt is not sent: it may stop the server" in n for n in named)


def test_what_the_target_file_allows_is_sent(run: Any, sent: Any) -> None:
    outcome = run_it(run, sent, *THREE, target='[safety]\nallow = ["POST /shutdown"]\n')
    assert outcome.requests("POST", "/shutdown")
    assert not outcome.requests("POST", "/logout")


def test_with_an_identity_to_use_up_it_is_sent_once_and_last(run: Any, sent: Any) -> None:
    spare = '[identities.spare]\ntoken_env = "SPARE"\ndisposable = true\n'
    outcome = run_it(run, sent, *THREE, ends=("POST /logout",), target=spare)
    (ending,) = outcome.requests("POST", "/logout")
    assert ending.headers["authorization"] == "Bearer good-spare-token"
    assert outcome.received[-1] is ending
    assert not outcome.requests("POST", "/shutdown")


def test_an_example_asks_for_exactly_what_it_names(run: Any, sent: Any) -> None:
    policy = """
    policy: one
    spec: openapi.yaml
    clauses:
      A-1:
        statement: The server stops.
        example: [{operation: stopIt, expect: {status: 200}}]
    """
    outcome = run_it(run, sent, *THREE, policy=policy)
    assert len(outcome.requests("POST", "/shutdown")) == 1
    assert not outcome.requests("POST", "/logout")


def test_what_the_run_made_itself_may_be_ended(run: Any, sent: Any) -> None:
    def serve(request: Any) -> Any:
        return sent(201, {"id": "k1"}) if request.path == "/keys" else sent(200, {})

    outcome = run(
        document("POST /keys makeKey", "POST /keys/{id}/rotate rotateKey"),
        serve,
        target=TARGET,
        environ=ENVIRON,
    )
    assert outcome.requests("POST", "/keys/k1/rotate")


@pytest.mark.parametrize("mode", ["read-only", "refusals", "full"])
@pytest.mark.parametrize("selector", ["getOne", "GET /things/*", "/things/**", "/base/things/*"])
def test_what_is_skipped_is_not_sent_in_any_mode(
    run: Any, sent: Any, mode: str, selector: str
) -> None:
    text = document("GET /things listThings", "GET /things/one getOne", "POST /others post")
    text = text.replace("security:", "servers: [{url: /base}]\nsecurity:", 1)
    for given in ({"skip": (selector,)}, {"target": f'\n[safety]\nskip = ["{selector}"]\n'}):
        more = {**given, "target": TARGET + str(given.get("target", ""))}
        outcome = run(text, Api(sent), environ=ENVIRON, mode=Mode(mode), **more)
        assert not [r for r in outcome.received if r.path == "/base/things/one"]
        assert outcome.requests("GET", "/base/things")


def test_what_is_skipped_prepares_nothing_either(run: Any, sent: Any) -> None:
    operations = ("POST /keys makeKey", "GET /keys/{id} getKey")
    outcome = run_it(run, sent, *operations, skip=("makeKey",))
    assert not [r for r in outcome.received if r.method == "POST"]


def test_only_the_selected_operations_are_tested(run: Any, sent: Any) -> None:
    text = ("GET /things listThings", "GET /others listOthers", "GET /more/things more")
    outcome = run_it(run, sent, *text, operations=("/more/**",))
    asked = {r["operation"] for r in outcome.results["results"] if r["verdict"] == "pass"}
    assert "more" in asked
    assert "listOthers" not in asked


MANY = (
    "GET /things listThings",
    "POST /v1/thing42 innocent",
    "GET /others listOthers",
    "GET /more listMore",
    "GET /rest listRest",
)
ENDED = "the credential of admin ended after POST /v1/thing42"


def test_a_credential_that_an_innocent_request_ended_is_noticed(run: Any, sent: Any) -> None:
    outcome = run_it(run, sent, *MANY, ends=("POST /v1/thing42",), concurrency=1)
    word = outcome.results["verdict"]
    assert ENDED in word["why"]
    assert word["word"] in ("incomplete", "invalid")
    assert outcome.code in (3, 4)
    *command, table, skip = outcome.results["tasks"][0]["lines"].splitlines()
    assert (table, skip) == ("[safety]", 'skip = ["POST /v1/thing42"]')
    assert any("/v1/thing42" in line for line in command)
    after = outcome.received.index(outcome.requests("POST", "/v1/thing42")[0])
    assert len(outcome.received) - after < 10


def test_a_credential_that_ended_is_read_anew_and_the_run_goes_on(
    run: Any, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = Api(sent, "POST /v1/thing42")

    def serve(request: Any) -> Any:
        response = api(request)
        if api.dead:  # somebody logs in again, and writes the new token where it is read
            monkeypatch.setenv("ADMIN", "good-spare-token")
        return response

    outcome = run(document(*MANY), serve, target=TARGET, environ=ENVIRON, concurrency=1)
    (renewed,) = [one for one in outcome.results["caveats"] if ENDED in one]
    assert renewed.endswith("it was renewed")
    assert ENDED not in outcome.results["verdict"]["why"]
    assert outcome.results["tasks"] == [] or "skip" not in outcome.results["tasks"][0]["lines"]
    tokens = [r.headers.get("authorization", "") for r in outcome.received]
    assert "Bearer good-spare-token" in tokens
    standings = {one["operation"]: one["standing"] for one in outcome.results["operations"]}
    assert set(standings.values()) == {"accepted"}


def test_nothing_passes_by_refusals_of_a_dead_credential(run: Any, sent: Any) -> None:
    outcome = run_it(run, sent, *MANY, ends=("POST /v1/thing42",), concurrency=1)
    said = {
        item["verdict"]
        for item in outcome.results["results"]
        if item["check"] == "auth/bad-credentials"
    }
    assert said <= {"error", "not-applicable"}


def test_a_credential_that_is_only_refused_at_one_place_goes_on(run: Any, sent: Any) -> None:
    api = Api(sent)

    def serve(request: Any) -> Any:
        return sent(403, {}) if request.path == "/others" else api(request)

    outcome = run(document(*MANY), serve, target=TARGET, environ=ENVIRON)
    assert "ended" not in outcome.results["verdict"]["why"]


def test_a_saved_run_is_judged_to_the_same_results(run: Any, sent: Any) -> None:
    outcome = run_it(run, sent, *MANY, ends=("POST /v1/thing42",), concurrency=1)
    again = render(judge_saved(outcome.directory), (), "json")
    assert again == (outcome.directory / "results.json").read_bytes()


def test_a_server_that_dies_is_named_with_the_request(
    run: Any, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentinel, "_RESTART_S", 0.1)

    def serve(request: Any) -> Any:
        return sent(200, {}, dies=request.path == "/v1/thing42")

    outcome = run(
        document(*MANY),
        serve,
        target=TARGET,
        environ=ENVIRON,
        concurrency=1,
        bad_input=True,
    )
    assert "the server stopped responding after" in outcome.results["verdict"]["why"]
    assert outcome.findings() == []
    (witness,) = [
        one
        for one in outcome.results["results"]
        if one["check"] == "errors/unexpected-5xx" and one["verdict"] == "inconclusive"
    ]
    assert witness["operation"] == "innocent"
    assert witness["evidence"]
    assert "the server stopped responding after POST /v1/thing42" in witness["reason"]
    lines = outcome.results["tasks"][0]["lines"].splitlines()
    assert lines[0].startswith("# curl ")
    assert any("/v1/thing42" in line for line in lines)
    assert tomllib.loads("\n".join(lines)) == {"safety": {"skip": ["POST /v1/thing42"]}}


def test_a_server_that_a_malformed_request_ends_is_a_finding_with_that_request(
    run: Any, sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentinel, "_RESTART_S", 0.1)
    text = (
        document("GET /things listThings", "POST /notes addNote")
        + """
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}}}
"""
    )
    state = {"dead": False}

    def serve(request: Any) -> Any:
        if request.method == "POST" and request.body.strip()[-1:] != b"}":
            state["dead"] = True
        if state["dead"]:
            return sent(raw=b"", dies=True)
        return sent(200, {})

    outcome = run(
        text,
        serve,
        target=TARGET,
        environ=ENVIRON,
        concurrency=1,
        bad_input=True,
        select=("errors/malformed-body", "errors/unexpected-5xx"),
    )
    (finding,) = outcome.results["findings"]
    assert (finding["check"], finding["outcome"]) == ("errors/unexpected-5xx", "server-error")
    assert finding["severity"] == "medium"
    assert "responded to no request afterwards" in finding["actual"]
    assert "/notes" in finding["curl"]


def test_an_operation_that_hangs_is_asked_twice_and_the_others_go_on(run: Any, sent: Any) -> None:
    api = Api(sent)

    def serve(request: Any) -> Any:
        hangs = request.path == "/others" and "good" not in request.headers.get("authorization", "")
        return sent(401, {}, pause_s=2) if hangs else api(request)

    outcome = run(
        document("GET /things listThings", "GET /others listOthers"),
        serve,
        target=TARGET,
        environ=ENVIRON,
        timeout_s=1,
        concurrency=1,
    )
    asked = outcome.requests("GET", "/others")
    assert len([r for r in asked if "good" not in r.headers.get("authorization", "")]) == 2
    assert any("timed out twice" in item["reason"] for item in outcome.results["results"])
    assert "stopped" not in outcome.results["verdict"]["why"]


def test_a_server_that_hangs_ends_the_run_and_the_request_is_named(run: Any, sent: Any) -> None:
    state = {"hangs": False}

    def serve(request: Any) -> Any:
        state["hangs"] |= request.path == "/v1/thing42"
        return sent(200, {}, pause_s=2 if state["hangs"] else 0)

    outcome = run(
        document(*MANY),
        serve,
        target=TARGET,
        environ=ENVIRON,
        timeout_s=1,
        concurrency=1,
    )
    why = outcome.results["verdict"]["why"]
    assert "the server stopped responding after POST /v1/thing42" in why
    after = outcome.received.index(outcome.requests("POST", "/v1/thing42")[0])
    assert len(outcome.received) - after < 6
