"""Tokens that a client gets and revokes, without a control protocol."""

import json
from base64 import b64encode
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs

import pytest

DOCUMENT = """
openapi: 3.1.0
info: {title: Tokens, version: "1"}
paths:
  /token:
    post:
      operationId: getToken
      security: []
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object}
            example: {grant_type: client_credentials, client_id: a, client_secret: b}
      responses: {"200": {description: a token}, "400": {description: no}, "401": {description: no}}
  /revoke:
    post:
      operationId: revokeToken
      security: []
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object}
            example: {token: unknown, client_id: a, client_secret: b}
      responses: {"200": {description: gone}}
  /books:
    get:
      operationId: listBooks
      security: [{oauth: ["books:read"]}]
      responses: {"200": {description: some}, "401": {description: no}, "403": {description: no}}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        clientCredentials:
          tokenUrl: /token
          scopes: {"books:read": read, "books:write": write, "admin": all}
"""
POLICY = """
policy: tokens
facts:
  authentication: {refusal: 401, revoked_within: 0s}
  authorization: {refusal: 403}
  oauth: {token: getToken, revoke: revokeToken, client_in: [header, body], bad_scope: 400}
clauses:
  REVOKED: {title: Revoked tokens are refused, checks: auth/revocation}
  OTHERS: {title: Scopes of others are not granted, checks: oauth/held-scope}
  NEAR: {title: Scopes are compared whole, checks: scopes/near-miss}
  BAD: {title: Bad tokens are refused, checks: auth/missing-credentials}
"""
TARGET = """
[identities.admin]
token_env = "LONG_LIVED"
[mint.a]
token_url = "/token"
client_id_env = "CLIENT_ID"
client_secret_env = "CLIENT_SECRET"
scopes = ["books:read", "books:write"]
"""
ENVIRON = {"CLIENT_ID": "client-4711", "CLIENT_SECRET": "s3cr3t-of-the-client-8c41"}
PAIR = tuple(ENVIRON.values())
BASIC = "Basic " + b64encode(":".join(PAIR).encode()).decode()
LONG_LIVED = "b1f7c2d9e4a85360c7"
HELD = {"books:read", "books:write"}


class Server:
    """Grants the scopes of the client; keeps a token until it is revoked."""

    def __init__(self, sent: Any, *, grants: set[str], revokes: bool = True) -> None:
        self.sent, self.grants, self.revokes = sent, grants, revokes
        self.tokens: dict[str, set[str]] = {LONG_LIVED: {"books:read"}}
        self.lifetime_s = 600

    def __call__(self, request: Any) -> Any:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if request.path == "/books":
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            if token not in self.tokens:
                return self.sent(401, {}, {"WWW-Authenticate": "Bearer"})
            return self.sent(200 if "books:read" in self.tokens[token] else 403, [])
        by_body = (form.get("client_id"), form.get("client_secret")) == PAIR
        if not by_body and request.headers.get("authorization") != BASIC:
            return self.sent(401, {"error": "invalid_client"}, {"WWW-Authenticate": "Basic"})
        if request.path == "/revoke":
            if self.revokes:
                self.tokens.pop(form.get("token", ""), None)
            return self.sent(200, {})
        asked = set(form["scope"].split()) if "scope" in form else HELD
        if not asked <= self.grants:
            return self.sent(400, {"error": "invalid_scope"})
        token = token_hex(20)
        self.tokens[token] = asked
        made = {"access_token": token, "token_type": "Bearer", "scope": " ".join(sorted(asked))}
        return self.sent(
            200, {**made, "expires_in": self.lifetime_s}, {"Cache-Control": "no-store"}
        )


def run_tokens(run: Any, server: Server, clause: str) -> Any:
    return run(
        DOCUMENT,
        server,
        policy=POLICY,
        target=TARGET,
        environ={**ENVIRON, "LONG_LIVED": LONG_LIVED},
        clauses=(clause,),
    )


@pytest.mark.parametrize("revokes", [True, False])
def test_a_client_revokes_the_token_that_it_got(run: Any, sent: Any, revokes: bool) -> None:
    outcome = run_tokens(run, Server(sent, grants=HELD, revokes=revokes), "REVOKED")
    assert outcome.verdict("REVOKED") == ("pass" if revokes else "fail")


@pytest.mark.parametrize("more", [set(), {"admin"}])
def test_a_client_gets_no_scope_that_it_does_not_have(run: Any, sent: Any, more: set[str]) -> None:
    outcome = run_tokens(run, Server(sent, grants=HELD | more), "OTHERS")
    found = outcome.findings("oauth/held-scope")
    assert found == (["oauth/held-scope: granted: "] if more else [])


def test_a_scope_that_is_rightly_not_granted_asks_for_no_minter(run: Any, sent: Any) -> None:
    outcome = run_tokens(run, Server(sent, grants=HELD), "NEAR")
    assert outcome.findings() == []
    assert "[mint" not in json.dumps(outcome.results["tasks"])


CLIENT = TARGET[TARGET.index("[mint") :]
"""A target file without an identity."""


@pytest.mark.parametrize("lifetime_s", [600, 6])
def test_a_client_without_an_identity_is_one_itself(run: Any, sent: Any, lifetime_s: int) -> None:
    server = Server(sent, grants=HELD)
    server.lifetime_s = lifetime_s
    outcome = run(DOCUMENT, server, policy=POLICY, target=CLIENT, environ=ENVIRON, clauses=("BAD",))
    assert outcome.verdict("BAD") == "pass"
    assert "a: GET /books got 200" in json.dumps(outcome.results["preflight"])
    journal = (outcome.directory / "journal.ndjson").read_text()
    assert "Bearer $APICHECK_A_TOKEN" in journal
    assert not any(token in journal for token in server.tokens)


def test_a_client_that_gets_no_token_is_named_before_the_run(run: Any, sent: Any) -> None:
    environ = {**ENVIRON, "CLIENT_SECRET": "another-secret-5f21c0"}
    server = Server(sent, grants=HELD)
    outcome = run(DOCUMENT, server, policy=POLICY, target=CLIENT, environ=environ)
    assert outcome.code == 4
    said = " ".join(item["message"] for item in outcome.results["preflight"])
    assert "the secret of [mint.a] is the right one" in said
