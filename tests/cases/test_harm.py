"""What may end a credential, an account or the server is not sent, and its end is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.model.target import Mode

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
