"""Every operation counts once: accepted, refused, without a response, or not sent."""

import gzip
from typing import Any

import pytest

from apicheck.model.errors import PolicyError

OPERATIONS = """
openapi: 3.0.3
info: {title: Counted, version: "1"}
paths:
  /me:
    get:
      operationId: me
      security: [{bearer: []}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object}}}}
        "401": {description: no credential}
  /other:
    get:
      operationId: other
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: object}}}}
        "403": {description: not you, content: {application/json: {schema: {type: object}}}}
        "404": {description: not here, content: {application/json: {schema: {type: object}}}}
        "500": {description: broken, content: {application/json: {schema: {type: object}}}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
"""
TOKEN = {"T_TOKEN": "tok-1234567890"}
ADMIN = '[identities.admin]\ntoken_env = "T_TOKEN"\n'


def server(sent: Any, other: Any) -> Any:
    """An API whose /me works, and whose /other sends what the test says."""

    def handle(request: Any) -> Any:
        if request.path == "/other":
            return other
        if request.headers.get("authorization") != f"Bearer {TOKEN['T_TOKEN']}":
            return sent(401, {}, {"WWW-Authenticate": "Bearer"})
        return sent(200, {}) if request.path == "/me" else sent(404, {})

    return handle


def standings(outcome: Any) -> dict[str, str]:
    return {one["operation"]: one["standing"] for one in outcome.results["operations"]}


HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sat, 28 Nov 2026 20:00:00 GMT\r\n"
)
BROKEN = {
    "closed before a response": (b"", "connection-closed"),
    "closed after the header": (HEAD + b"Content-Length: 9\r\n\r\n", "connection-closed"),
    "cut off in the body": (HEAD + b"Content-Length: 9\r\n\r\n{", "connection-closed"),
    "cut off in a chunk": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{",
        "connection-closed",
    ),
    "a status line that is none": (b"HELLO\r\n\r\n", "protocol-error"),
    "a status that is no number": (b"HTTP/1.1 OK\r\n\r\n", "protocol-error"),
}


@pytest.mark.parametrize(("raw", "what"), BROKEN.values(), ids=BROKEN)
def test_an_operation_without_a_response_is_named_and_leaves_the_run_incomplete(
    run: Any, sent: Any, raw: bytes, what: str
) -> None:
    outcome = run(OPERATIONS, server(sent, sent(raw=raw)), target=ADMIN, environ=TOKEN)
    assert standings(outcome) == {"me": "accepted", "other": "no-response"}
    assert outcome.code == 3
    assert outcome.verdict("OPENAPI-RESPONSES") == "partial"
    (other,) = (one for one in outcome.results["operations"] if one["operation"] == "other")
    assert other["reason"].startswith(what)
    for name in ("report.html", "junit.xml"):
        assert what in (outcome.directory / name).read_text()


def test_a_body_that_cannot_be_unpacked_is_no_accepted_response(run: Any, sent: Any) -> None:
    packed = gzip.compress(b"{}")[:-9] + b"broken..."
    other = sent(200, packed, {"Content-Encoding": "gzip", "Content-Type": "application/json"})
    outcome = run(OPERATIONS, server(sent, other), target=ADMIN, environ=TOKEN)
    assert outcome.code != 0
    assert outcome.verdict("OPENAPI-RESPONSES") != "pass"


def test_an_operation_that_never_responds_is_named(run: Any, sent: Any) -> None:
    def handle(request: Any) -> Any:
        return server(sent, sent(raw=HEAD + b"Content-Length: 9\r\n\r\n", pause_s=3))(request)

    outcome = run(OPERATIONS, handle, target=ADMIN, environ=TOKEN, timeout_s=1)
    assert standings(outcome)["other"] == "no-response"
    assert outcome.code == 3
    assert "timeout" in outcome.results["verdict"]["why"] + str(outcome.results["operations"])


@pytest.mark.parametrize("status", [403, 404])
def test_a_documented_refusal_alone_passes_nothing(run: Any, sent: Any, status: int) -> None:
    outcome = run(
        OPERATIONS, server(sent, sent(status, {"why": "no"})), target=ADMIN, environ=TOKEN
    )
    assert standings(outcome)["other"] == "refused"
    assert outcome.code == 3
    (row,) = (
        r
        for r in outcome.results["results"]
        if (r["check"], r["subject"]) == ("conformance/response", "other")
    )
    assert (row["verdict"], row["kind"]) == ("not-tested", "needs-request")
    assert '"why": "no"' in row["reason"]


def test_a_server_that_fails_is_undecided_and_asks_for_no_values(run: Any, sent: Any) -> None:
    outcome = run(OPERATIONS, server(sent, sent(500, {})), target=ADMIN, environ=TOKEN)
    row = next(
        r
        for r in outcome.results["results"]
        if (r["check"], r["subject"]) == ("conformance/response", "other")
    )
    assert row["verdict"] == "inconclusive"
    assert outcome.verdict("OPENAPI-RESPONSES") == "partial"
    assert not any("values" in task["title"] for task in outcome.results["tasks"])


UNKNOWN_ID = (
    OPERATIONS
    + """
  # An id that nobody can know.
"""
).replace(
    "  /other:\n    get:\n      operationId: other\n",
    "  /other/{isbn}:\n    parameters: [{name: isbn, in: path, required: true,"
    " schema: {type: string}}]\n    get:\n      operationId: other\n",
)


def test_an_operation_that_is_not_sent_is_named_with_what_would_help(run: Any, sent: Any) -> None:
    outcome = run(UNKNOWN_ID, server(sent, sent(200, {})), target=ADMIN, environ=TOKEN)
    assert standings(outcome) == {"me": "accepted", "other": "not-sent"}
    assert outcome.code == 3
    assert "1 of 2 operations accepted a request" in outcome.results["verdict"]["scope"]
    assert any('isbn = "an existing one"' in task["lines"] for task in outcome.results["tasks"])


def test_where_everything_is_accepted_the_run_is_conformant(run: Any, sent: Any) -> None:
    outcome = run(OPERATIONS, server(sent, sent(200, {})), target=ADMIN, environ=TOKEN)
    assert outcome.code == 0
    assert outcome.results["verdict"]["why"] == "every automatic must-clause in scope holds"


@pytest.mark.parametrize("base_path", ["", "/api"])
@pytest.mark.parametrize("status", [301, 404])
def test_a_base_url_without_the_documents_paths_is_invalid(
    run: Any, sent: Any, base_path: str, status: int
) -> None:
    outcome = run(
        OPERATIONS,
        lambda _: sent(status, {"detail": "nothing here"}, {"Location": "https://a.example/"}),
        target=ADMIN,
        environ=TOKEN,
        base_path=base_path,
    )
    assert outcome.code == 4
    assert "base_url" in outcome.results["verdict"]["why"]
    assert "base_path" in outcome.results["verdict"]["why"]
    (task,) = outcome.results["tasks"]
    assert "base_url" in task["title"]


def test_a_run_that_may_only_read_is_incomplete_not_invalid(run: Any, sent: Any) -> None:
    document = OPERATIONS.replace(
        "  /other:\n    get:", "  /other:\n    delete: {operationId: drop, responses:"
        ' {"204": {description: gone}}}\n    get:'
    )  # fmt: skip
    target = ADMIN + '[safety]\nmode = "read-only"\n'
    outcome = run(document, server(sent, sent(200, {})), target=target, environ=TOKEN)
    assert outcome.code == 3
    assert standings(outcome)["drop"] == "not-sent"
    (drop,) = (one for one in outcome.results["operations"] if one["operation"] == "drop")
    assert drop["kind"] == "read-only"


def test_a_server_that_refuses_everything_keeps_no_promise_of_refusals(run: Any, sent: Any) -> None:
    policy = """
    policy: refusals
    facts: {authentication: {refusal: {status: 401}}}
    clauses:
      AUTH: {title: No credential is 401, checks: auth/missing-credentials, ops: me}
      OTHER: {title: Responses are as documented, checks: conformance/response, ops: other}
    """
    outcome = run(
        OPERATIONS,
        lambda r: sent(200, {}) if r.path == "/other" else sent(401, {}),
        target=ADMIN,
        policy=policy,
        environ=TOKEN,
    )
    assert outcome.verdict("AUTH") != "pass"
    assert outcome.code in (3, 4)


ALLOW = """
policy: allow
facts: {requests: {method: {status: 405}}}
clauses:
  PRESENT: {title: A 405 has Allow, checks: errors/allow#missing}
  COMPLETE: {title: Allow is complete, level: should, checks: errors/allow#differs}
  BOTH: {title: Allow is right, checks: errors/allow, level: info}
  METHOD: {title: Other methods are refused, checks: errors/method}
"""


@pytest.mark.parametrize(
    ("headers", "verdicts"),
    [
        ({"Allow": "GET"}, ("pass", "pass", "pass")),
        ({"Allow": "POST"}, ("pass", "fail", "fail")),
        ({}, ("fail", "inconclusive", "fail")),
    ],
    ids=["right", "another list", "none"],
)
def test_a_clause_may_take_one_outcome_of_a_check(
    run: Any, sent: Any, headers: dict[str, str], verdicts: tuple[str, ...]
) -> None:
    def handle(request: Any) -> Any:
        return sent(200, {}) if request.method == "GET" else sent(405, {}, headers)

    outcome = run(OPERATIONS, handle, target=ADMIN, policy=ALLOW, environ=TOKEN)
    names = ("PRESENT", "COMPLETE", "BOTH")
    assert tuple(map(outcome.verdict, names)) == verdicts
    for finding in outcome.results["findings"]:
        taken = {"missing": "PRESENT", "differs": "COMPLETE"}[finding["outcome"]]
        assert taken in finding["clauses"]
        assert len(finding["clauses"]) == 2


def test_an_unknown_outcome_is_a_mistake_with_a_hint(run: Any, sent: Any) -> None:
    with pytest.raises(PolicyError) as caught:
        run(
            OPERATIONS,
            lambda _: sent(200, {}),
            target=ADMIN,
            policy=ALLOW.replace("#missing", "#absent"),
            environ=TOKEN,
        )
    (mistake,) = caught.value.mistakes
    assert 'unknown outcome of a check "errors/allow#absent"' in mistake.message
    assert "errors/allow#missing" in mistake.suggestion


def test_a_must_clause_that_the_target_file_waives_shows_in_the_word(run: Any, sent: Any) -> None:
    target = ADMIN + '[scope.out]\nHTTP-DATE = {reason = "later", owner = "Ada"}\n'
    outcome = run(OPERATIONS, server(sent, sent(200, {})), target=target, environ=TOKEN)
    assert outcome.results["verdict"]["word"] == "conformant-with-waivers"
    assert outcome.results["verdict"]["why"].endswith("waived: HTTP-DATE")
    assert outcome.code == 0
    assert any("Ada" in caveat for caveat in outcome.results["caveats"])


def test_the_sentence_names_what_the_user_allows_to_stay_open(run: Any, sent: Any) -> None:
    outcome = run(
        UNKNOWN_ID,
        server(sent, sent(200, {})),
        target=ADMIN,
        environ=TOKEN,
        allow_incomplete=("needs-request",),
    )
    assert outcome.results["verdict"]["word"] == "conformant"
    why = outcome.results["verdict"]["why"]
    assert why.startswith("every must-clause that was tested holds; left open: partial")
    assert "OPENAPI-RESPONSES" in why


STATES = """
policy: p
facts:
  authentication:
    refusal: {status: 401}
    states: {revoked: 401, expired: 403}
clauses:
  REVOKED: {title: Revoked is 401, checks: auth/credential-state, of: authentication.states.revoked}
  EXPIRED: {title: Expired is 403, checks: auth/credential-state, of: authentication.states.expired}
"""


def test_a_clause_counts_only_the_rows_of_its_fact(run: Any, sent: Any) -> None:
    tokens = {"ADMIN": "tok-1234567890", "REVOKED": "tok-revoked-12", "EXPIRED": "tok-expired-12"}
    target = "".join(
        f'[identities.{name}]\ntoken_env = "{name.upper()}"\nstate = "{state}"\n'
        for name, state in (("admin", "active"), ("revoked", "revoked"), ("expired", "expired"))
    )

    def handle(request: Any) -> Any:
        good = request.headers.get("authorization") == f"Bearer {tokens['ADMIN']}"
        return sent(200 if good or request.path == "/other" else 401, {})

    outcome = run(OPERATIONS, handle, target=target, policy=STATES, environ=tokens)
    assert outcome.verdict("REVOKED") == "pass"
    assert outcome.verdict("EXPIRED") == "fail"


def test_a_wrong_base_url_makes_no_finding(run: Any, sent: Any) -> None:
    document = """
    openapi: 3.1.0
    info: {title: Here, version: "1"}
    paths:
      /things: {get: {operationId: listThings, responses: {"200": {description: things}}}}
    """
    outcome = run(document, lambda _: sent(404, {"detail": "Not Found"}))
    assert (outcome.code, outcome.findings()) == (4, [])
    assert not [one for one in outcome.results["results"] if one["verdict"] in ("pass", "fail")]
