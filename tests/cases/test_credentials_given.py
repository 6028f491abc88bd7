"""A credential that is given is used, whatever the document says of security."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.model.errors import TargetError
from apicheck.run import read_journal

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
PLAIN = (
    HEAD
    + """
paths:
  /me:
    get: {operationId: me, responses: {default: {description: any}}}
  /notes:
    post:
      operationId: note
      requestBody: {required: true, content: {application/json: {example: {title: a}}}}
      responses: {default: {description: any}}
"""
)
SECRET = "s3cret-of-the-admin"
ENVIRON = {"ADMIN_TOKEN": SECRET, "ADMIN_NAME": "ada", "ADMIN_PASSWORD": "pa55w0rd-of-ada"}
TOKEN = '[identities.admin]\ntoken_env = "ADMIN_TOKEN"\n'
BASIC = "Basic YWRhOnBhNTV3MHJkLW9mLWFkYQ=="


def guarded(sent: Any, header: str, value: str) -> Any:
    """A server that wants this header in every request."""

    def serve(request: Any) -> Any:
        if request.headers.get(header) != value:
            return sent(401, {"detail": "who are you?"})
        return sent(201 if request.method == "POST" else 200, {})

    return serve


def own(outcome: Any) -> dict[str, list[int]]:
    """The statuses of the responses to each operation's own requests, in order."""
    found: dict[str, list[int]] = {}
    for transcript in read_journal(outcome.directory):
        if transcript.probe.startswith("control/"):
            for exchange in transcript.exchanges:
                found.setdefault(exchange.request.operation, []).append(exchange.status)
    return found


KEY = '[schemes.key]\ntype = "apiKey"\nin = "header"\nname = "X-Key"\n'
COOKIE = '[schemes.sid]\ntype = "apiKey"\nin = "cookie"\nname = "sid"\n'
USER = '[identities.admin]\nuser_env = "ADMIN_NAME"\npassword_env = "ADMIN_PASSWORD"\n'
TWO = f'{TOKEN}scheme = "key"\n[schemes.other]\ntype = "http"\nscheme = "bearer"\n{KEY}'


@pytest.mark.parametrize(
    ("target", "header", "value"),
    [
        (TOKEN, "authorization", f"Bearer {SECRET}"),
        (USER, "authorization", BASIC),
        (TOKEN + KEY, "x-key", SECRET),
        (TOKEN + COOKIE, "cookie", f"sid={SECRET}"),
        (TWO, "x-key", SECRET),
        (f'{TOKEN}{KEY}[security]\nkey = "*"\n', "x-key", SECRET),
    ],
)
def test_a_document_without_security_gets_the_credential_everywhere(
    run: Any, sent: Any, target: str, header: str, value: str
) -> None:
    serve = guarded(sent, header, value)
    outcome = run(PLAIN, serve, target=target, environ=ENVIRON)
    assert own(outcome) == {"me": [200], "note": [201]}


def test_a_policy_can_name_the_scheme_that_the_document_lacks(run: Any, sent: Any) -> None:
    policy = """
        policy: notes
        include: openapi
        facts:
          authentication:
            schemes: {key: {type: apiKey, in: header, name: X-Key}}
            security: {key: "/**"}
            refusal: 401
        clauses:
          A: {title: A key is needed, checks: auth/missing-credentials}
    """
    serve = guarded(sent, "x-key", SECRET)
    outcome = run(PLAIN, serve, target=TOKEN, policy=policy, environ=ENVIRON)
    assert own(outcome) == {"me": [200], "note": [201]}
    assert outcome.verdict("A") == "pass"


SOME = (
    PLAIN
    + """
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
"""
)


@pytest.mark.parametrize("status", [401, 403])
def test_an_operation_that_refuses_without_a_credential_is_asked_again_with_it(
    run: Any, sent: Any, status: int
) -> None:
    def serve(request: Any) -> Any:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return sent(status, {"detail": "who are you?"})
        return sent(201 if request.method == "POST" else 200, {})

    outcome = run(SOME, serve, target=TOKEN, environ=ENVIRON)
    assert own(outcome) == {"me": [status, 200], "note": [status, 201]}


def test_what_was_found_to_want_a_credential_gets_it_in_the_rest_of_the_run(
    run: Any, sent: Any
) -> None:
    policy = """
        policy: notes
        facts: {}
        clauses:
          M: {title: JSON is needed, checks: errors/media-type}
          E:
            title: A note is made
            example:
              - {operation: note, as: admin, expect: {status: 201}}
    """
    serve = guarded(sent, "authorization", f"Bearer {SECRET}")
    outcome = run(SOME, serve, target=TOKEN, policy=policy, environ=ENVIRON)
    assert outcome.verdict("E") == "pass"
    anonymous = [r for r in outcome.requests("POST", "/notes") if "authorization" not in r.headers]
    assert len(anonymous) == 1


def test_a_public_operation_is_asked_without_a_credential_as_long_as_it_serves(
    run: Any, sent: Any
) -> None:
    outcome = run(SOME, lambda _: sent(200, {}), target=TOKEN, environ=ENVIRON)
    assert all("authorization" not in request.headers for request in outcome.received)


def test_mistakes_in_schemes_are_said_with_their_lines(run: Any, sent: Any) -> None:
    target = (
        f'{TOKEN}scheme = "kye"\n[schemes.key]\ntype = "apiKey"\n[security]\n'
        'kex = "*"\nkey = "/nothing/**"\n'
    )
    with pytest.raises(TargetError) as raised:
        run(PLAIN, lambda _: sent(), target=target, environ=ENVIRON)
    said = str(raised.value) + "".join(str(one) for one in raised.value.mistakes)
    for words in ("schemes.key", "kye", "kex", "/nothing/**"):
        assert words in said


@pytest.mark.parametrize(("base_path", "asked"), [("", "/me"), ("/v2", "/v2/me")])
def test_the_path_of_the_servers_can_be_another_on_a_target(
    run: Any, sent: Any, base_path: str, asked: str
) -> None:
    spec = PLAIN + "servers: [{url: https://api.example.com/v1}]\n"
    target = f'base_url = "{{url}}"\nbase_path = "{base_path}"\n'
    outcome = run(spec, lambda r: sent(200 if r.path == asked else 404, {}), target=target)
    assert outcome.requests("GET", asked)
    assert not any("/v1" in request.target for request in outcome.received)


def test_a_path_that_is_not_found_names_the_setting_that_may_be_wrong(run: Any, sent: Any) -> None:
    outcome = run(PLAIN, lambda _: sent(404, {"detail": "Not Found"}))
    assert "base_path" in (outcome.directory / "journal.ndjson").read_text()


def refuse_with(challenge: str, sent: Any, word: str) -> Any:
    """A server that wants `Authorization: WORD TOKEN`, and says so in its challenge."""

    def serve(request: Any) -> Any:
        if request.headers.get("authorization") != f"{word} {SECRET}":
            headers = {"WWW-Authenticate": challenge} if challenge else {}
            return sent(401, {"detail": "who are you?"}, headers)
        return sent(201 if request.method == "POST" else 200, {})

    return serve


BEARER = '[schemes.any]\ntype = "http"\nscheme = "bearer"\n[security]\nany = "*"\n'


@pytest.mark.parametrize(("challenge", "verdict"), [("Bearer", "pass"), ("", "fail")])
def test_a_bearer_token_is_held_to_the_rules_of_bearer_tokens(
    run: Any, sent: Any, challenge: str, verdict: str
) -> None:
    serve = refuse_with(challenge, sent, "Bearer")
    outcome = run(PLAIN, serve, target=TOKEN + BEARER, environ=ENVIRON)
    assert outcome.verdict("BEARER-CHALLENGE") == verdict


def test_a_key_that_is_no_bearer_token_is_not_held_to_them(run: Any, sent: Any) -> None:
    serve = guarded(sent, "x-key", SECRET)
    outcome = run(PLAIN, serve, target=TOKEN + KEY, environ=ENVIRON)
    assert not [c for c in outcome.results["clauses"] if c["id"].startswith("BEARER")]


def test_a_guess_that_the_api_does_not_accept_breaks_no_rule(run: Any, sent: Any) -> None:
    serve = refuse_with("Token", sent, "Token")
    outcome = run(PLAIN, serve, target=TOKEN, environ=ENVIRON)
    assert outcome.findings() == []
    assert outcome.verdict("BEARER-CHALLENGE") == "not-applicable"
