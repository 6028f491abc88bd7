"""An honest server is not accused: of what it did not promise, or of what apicheck did."""

import json
from typing import Any

import pytest

TOKEN = "f3a9c2d871b04e65"
IDENTITY = '[identities.admin]\ntoken_env = "ALARM_TOKEN"\n'
ENVIRON = {"ALARM_TOKEN": TOKEN}


def has_token(request: Any) -> bool:
    return bool(request.headers.get("authorization") == f"Bearer {TOKEN}")


USERS = """
openapi: 3.1.0
info: {title: Users, version: "1"}
servers: [{url: /api}]
security: [{bearer: []}]
paths:
  /users/{name}:
    get:
      operationId: getUser
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: one}, "403": {description: no}}
  /lists:
    get:
      operationId: getLists
      responses: {"200": {description: some}}
  /status:
    get:
      operationId: getStatus
      security: []
      responses: {"200": {description: up}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
"""


def users(sent: Any) -> Any:
    """Serves /api/users/alice to the token, refuses it bob; what is beside /api is HTML."""

    def respond(request: Any) -> Any:
        if not request.path.startswith("/api/"):
            return sent(404, b"<h1>elsewhere</h1>", {"Content-Type": "text/html"})
        if request.path == "/api/status":
            return sent(200, {"up": True})
        if not has_token(request):
            return sent(401, {"code": "who"}, {"WWW-Authenticate": "Bearer"})
        if request.path == "/api/users/alice":
            return sent(200, {"name": "alice"})
        if request.path == "/api/users/bob":
            return sent(403, {"code": "not yours"})
        if request.path == "/api/lists":
            return sent(200, {"lists": []})
        return sent(404, {"code": "unknown"})

    return respond


STEPS = """
policy: users
facts:
  authentication: {refusal: 401, unknown_paths: 401}
  responses:
    errors: {when: {status: [4xx, 5xx]}, media: application/json}
  requests: {trailing_slash: 404, unknown_path: 404}
clauses:
  OTHERS:
    title: Nobody reads another user
    checks: behaviour/example
    example:
      - {operation: getUser, send: {path: {name: bob}}, expect: {status: 403}}
  ERRORS: {title: Errors are JSON, checks: [errors/envelope, auth/bypass]}
  SLASH: {title: A final slash is another path, checks: errors/trailing-slash}
  UNKNOWN: {title: Unknown paths are refused, checks: [errors/unknown-path, auth/unknown-path]}
"""


def run_users(run: Any, sent: Any, handler: Any = None, **options: Any) -> Any:
    target = IDENTITY + 'parameters = {name = "alice"}\n[fixtures]\nname = "alice"\n'
    return run(
        USERS,
        handler or users(sent),
        policy=STEPS,
        target=target,
        environ=ENVIRON,
        **options,
    )


def test_a_step_names_another_user_than_the_identity_is(run: Any, sent: Any) -> None:
    outcome = run_users(run, sent, clauses=("OTHERS",))
    assert outcome.verdict("OTHERS") == "pass"
    assert outcome.requests("GET", "/api/users/bob")


def test_a_rule_without_ops_does_not_speak_of_paths_beside_the_base_path(
    run: Any, sent: Any
) -> None:
    outcome = run_users(run, sent, clauses=("ERRORS",))
    assert any(not request.path.startswith("/api/") for request in outcome.received)
    assert outcome.findings() == []
    assert outcome.verdict("ERRORS") == "pass"


def test_a_rule_without_ops_speaks_of_every_path_below_the_base_path(run: Any, sent: Any) -> None:
    def respond(request: Any) -> Any:
        if request.path.endswith("/status/"):
            return sent(404, b"<h1>no</h1>", {"Content-Type": "text/html"})
        return users(sent)(request)

    outcome = run_users(run, sent, respond, clauses=("ERRORS", "SLASH"))
    assert outcome.findings("errors/envelope")


def test_the_slash_behind_a_public_path_is_tried_with_a_credential(run: Any, sent: Any) -> None:
    outcome = run_users(run, sent, clauses=("SLASH",))
    assert outcome.findings() == []
    assert outcome.verdict("SLASH") == "pass"


def test_one_refused_operation_does_not_switch_off_what_any_operation_serves(
    run: Any, sent: Any
) -> None:
    def respond(request: Any) -> Any:
        gone = request.path == "/api/users/alice"
        return sent(404, {"code": "gone"}) if gone else users(sent)(request)

    outcome = run_users(run, sent, respond, clauses=("UNKNOWN",))
    assert outcome.verdict("UNKNOWN") == "pass"


ITEMS = """
openapi: 3.1.0
info: {title: Items, version: "1"}
paths:
  /items/articles:
    get: {operationId: listArticles, responses: {"200": {description: some}}}
  /items/articles/{id}:
    get:
      operationId: getArticle
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}, example: a1}
      responses: {"200": {description: one}}
  /status:
    get: {operationId: getStatus, responses: {"200": {description: up}}}
"""


def test_an_unknown_name_beside_collections_is_not_an_undefined_path(run: Any, sent: Any) -> None:
    def respond(request: Any) -> Any:
        if request.path in ("/items/articles", "/items/articles/a1", "/status"):
            return sent(200, [])
        return sent(403 if request.path.startswith("/items/") else 404, {})

    policy = """
    policy: items
    facts: {requests: {unknown_path: 404}}
    clauses: {UNKNOWN: {title: Undefined paths, checks: errors/unknown-path}}
    """
    outcome = run(ITEMS, respond, policy=policy)
    assert outcome.findings() == []
    assert outcome.verdict("UNKNOWN") == "pass"


GROUPS = """
openapi: 3.1.0
info: {title: Groups, version: "1"}
security: [{oauth: ["read:groups"]}]
paths:
  /groups:
    get:
      operationId: listGroups
      responses: {"200": {description: some}, "401": {description: who}, "403": {description: no}}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: /token, scopes: {"read:groups": read, "admin": all}}
"""


@pytest.mark.parametrize("scope", ["read:groups!group=one", "self", "inherit"])
def test_what_a_scope_allows_that_the_document_does_not_name_is_not_known(
    run: Any, sent: Any, scope: str
) -> None:
    def respond(request: Any) -> Any:
        known = request.headers.get("authorization") in (f"Bearer {TOKEN}", "Bearer 77de21ab90")
        if known and request.method != "GET":
            return sent(405, headers={"Allow": "GET"})
        return sent(200, []) if known else sent(401, None, {"WWW-Authenticate": "Bearer"})

    target = f'{IDENTITY}[identities.reader]\ntoken_env = "READER"\nscopes = ["{scope}"]\n'
    environ = {**ENVIRON, "READER": "77de21ab90"}
    outcome = run(GROUPS, respond, target=target, environ=environ)
    assert outcome.findings() == []


def test_a_scope_that_may_be_mistyped_is_a_remark_of_the_report(run: Any, sent: Any) -> None:
    target = f'{IDENTITY}scopes = ["read:gruops"]\n'
    outcome = run(GROUPS, lambda _: sent(200), target=target, environ=ENVIRON)
    words = 'the document has no scope "read:gruops": did you mean "read:groups"?'
    assert f"identities.admin: {words}" in outcome.results["caveats"]


SERVICE = """
openapi: 3.1.0
info: {title: Service, version: "1"}
security: [{bearer: []}]
paths:
  PATH:
    get:
      operationId: getIt
      responses: {"200": {description: it}, "403": {description: no}}
  /things:
    get:
      operationId: listThings
      responses: {"200": {description: some}, "403": {description: no}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
"""


def service(sent: Any, *, refusal: int = 401, public: tuple[str, ...] = ()) -> Any:
    """Serves everything to the token, and what is public to everybody."""

    def respond(request: Any) -> Any:
        if request.method != "GET":
            return sent(405, None, {"Allow": "GET"})
        if has_token(request) or request.path in public:
            return sent(200, {"version": "1"})
        return sent(refusal, {}, {"WWW-Authenticate": 'Bearer realm="service"'})

    return respond


@pytest.mark.parametrize("path", ["/", "/version", "/.well-known/keys"])
def test_an_open_operation_that_looks_public_is_most_likely_a_gap_of_the_document(
    run: Any, sent: Any, path: str
) -> None:
    handler = service(sent, public=(path,))
    outcome = run(SERVICE.replace("PATH", path), handler, target=IDENTITY, environ=ENVIRON)
    accepted = [one for one in outcome.results["findings"] if one["outcome"] == "accepted"]
    assert {one["check"] for one in accepted} == {
        "auth/missing-credentials",
        "auth/bad-credentials",
    }
    assert {one["severity"] for one in accepted} == {"medium"}
    assert all("the document most likely lacks" in one["actual"] for one in accepted)


@pytest.mark.parametrize("path", ["/invoices", "/health/records"])
def test_an_open_operation_that_does_not_look_public_is_critical(
    run: Any, sent: Any, path: str
) -> None:
    handler = service(sent, public=(path,))
    outcome = run(SERVICE.replace("PATH", path), handler, target=IDENTITY, environ=ENVIRON)
    assert outcome.results["findings"][0]["severity"] == "critical"


def test_an_open_operation_that_is_secured_by_name_is_critical(run: Any, sent: Any) -> None:
    own = SERVICE.replace("PATH", "/version").replace(
        "getIt", "getIt\n      security: [{bearer: []}]"
    )
    handler = service(sent, public=("/version",))
    outcome = run(own, handler, target=IDENTITY, environ=ENVIRON)
    assert outcome.results["findings"][0]["severity"] == "critical"


@pytest.mark.parametrize("status", [403, 404, 302])
def test_a_token_that_is_refused_was_validated_whatever_the_status(
    run: Any, sent: Any, status: int
) -> None:
    document = SERVICE.replace("PATH", "/invoices")
    outcome = run(document, service(sent, refusal=status), target=IDENTITY, environ=ENVIRON)
    assert outcome.verdict("BEARER-VALIDATION") == "pass"
    assert outcome.verdict("OPENAPI-SECURITY") == "pass"
    assert outcome.verdict("BEARER-STATUS") == ("fail" if status == 403 else "pass")


def test_a_method_that_may_well_exist_is_not_sent(run: Any, sent: Any) -> None:
    policy = """
    policy: methods
    facts: {requests: {method: 405}}
    clauses: {METHODS: {title: Methods, checks: errors/method}}
    """

    def respond(request: Any) -> Any:
        known = request.method == "PATCH" and request.path.startswith("/items/")
        return sent(400, {}) if known else sent(*METHODS[request.method])

    outcome = run(ITEMS, respond, policy=policy)
    assert outcome.findings() == []
    assert outcome.verdict("METHODS") == "pass"
    sent_to = {(r.method, r.path) for r in outcome.received}
    assert not {("PATCH", "/items/articles"), ("PATCH", "/items/articles/a1")} & sent_to
    assert ("POST", "/items/articles/a1") in sent_to


METHODS = {
    "GET": (200, [{"id": "a1"}]),
    "TRACE": (501, None),
    **dict.fromkeys(["PUT", "POST", "PATCH"], (405, None, {"Allow": "GET, PATCH"})),
}


@pytest.mark.parametrize("status", [501, 502, 503, 504])
def test_a_server_that_blames_another_or_its_load_is_no_grave_finding(
    run: Any, sent: Any, status: int
) -> None:
    policy = """
    policy: failures
    facts: {}
    clauses: {FAILURES: {title: No failures, checks: errors/unexpected-5xx}}
    """

    def respond(request: Any) -> Any:
        return sent(status, {}) if request.path == "/status" else sent(200, [])

    outcome = run(ITEMS, respond, policy=policy)
    assert [one["severity"] for one in outcome.results["findings"]] == ["medium"]


def test_what_stands_for_all_operations_is_asked_of_one_of_the_clause(run: Any, sent: Any) -> None:
    document = SERVICE.replace("PATH", "/alone")
    policy = """
    policy: places
    facts: {authentication: {refusal: 401, credential_in: [header]}}
    clauses:
      ALL: {title: Not in the query, checks: auth/credential-place}
      THINGS: {title: Nor of things, checks: auth/credential-place, ops: listThings}
    """
    handler = service(sent)
    outcome = run(document, handler, policy=policy, target=IDENTITY, environ=ENVIRON)
    assert (outcome.verdict("ALL"), outcome.verdict("THINGS")) == ("pass", "pass")
    asked = {one.path for one in outcome.received if "access_token" in one.target}
    assert asked == {"/things"}


def test_json_under_a_wrong_label_is_judged_and_does_not_end_the_run(run: Any, sent: Any) -> None:
    document = """
    openapi: 3.1.0
    info: {title: Labels, version: "1"}
    paths:
      /things:
        get:
          operationId: listThings
          security: [{bearer: []}]
          responses:
            "200": {description: some, content: {application/json: {schema: {type: array}}}}
    components:
      securitySchemes: {bearer: {type: http, scheme: bearer}}
    """
    label = {"Content-Type": "text/html"}
    outcome = run(document, lambda _: sent(200, b"[]", label), target=IDENTITY, environ=ENVIRON)
    assert "undocumented-media-type" in str(outcome.findings("conformance/response"))


VERSIONS = """
openapi: 3.1.0
info: {title: Versions, version: "1"}
paths:
  /v1/notes:
    get: {operationId: oldNotes, responses: {"200": {description: some}}}
  /v2/notes:
    get:
      operationId: listNotes
      responses: {"200": {description: some}, "401": {description: no}}
    post:
      operationId: addNote
      security: [{bearer: []}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              {type: object, required: [text], properties: {text: {type: string, maxLength: 80}}}
      responses: {"201": {description: made}, "401": {description: no}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
"""


@pytest.mark.parametrize(("status", "verdict"), [(410, "pass"), (404, "fail")])
def test_a_version_that_does_not_exist_gets_its_own_response(
    run: Any, sent: Any, status: int, verdict: str
) -> None:
    policy = """
    policy: versions
    facts: {requests: {unknown_path: 404}, versioning: {unknown: 410}}
    clauses: {VERSIONS: {title: Unknown versions, checks: [versioning/unknown, versioning/future]}}
    """

    def respond(request: Any) -> Any:
        if request.path in ("/v1/notes", "/v2/notes"):
            return sent(200, [])
        return sent(status if request.path.startswith("/v") else 404, {})

    outcome = run(VERSIONS, respond, policy=policy)
    assert outcome.verdict("VERSIONS") == verdict
    assert outcome.requests("GET", "/v3/notes")


@pytest.mark.parametrize("careless", [False, True])
def test_a_refused_creation_is_looked_for_by_a_mark_in_a_free_text(
    run: Any, sent: Any, careless: bool
) -> None:
    notes: list[Any] = []

    def respond(request: Any) -> Any:
        if request.method != "POST":
            return sent(200, notes)
        if has_token(request) or careless:
            notes.append(json.loads(request.body))
        return sent(201, {}) if has_token(request) else sent(401, {})

    policy = """
    policy: creations
    facts: {authentication: {refusal: 401}}
    clauses: {NOTHING: {title: A refusal makes nothing, checks: auth/refused-creation}}
    """
    outcome = run(VERSIONS, respond, policy=policy, target=IDENTITY, environ=ENVIRON)
    assert outcome.verdict("NOTHING") == ("fail" if careless else "pass")


def test_a_later_step_takes_the_path_from_an_earlier_one(run: Any, sent: Any) -> None:
    document = """
    openapi: 3.1.0
    info: {title: Groups, version: "1"}
    paths:
      /groups/{name}:
        parameters: [{name: name, in: path, required: true, schema: {type: string}}]
        put: {operationId: putGroup, responses: {"201": {description: made}}}
        delete: {operationId: deleteGroup, responses: {"204": {description: gone}}}
    """
    policy = """
    policy: groups
    clauses:
      GROUPS:
        title: What was made is deleted
        checks: behaviour/example
        example:
          - {operation: putGroup, send: {path: {name: one}}, expect: {status: 201}}
          - {operation: deleteGroup, expect: {status: 204}}
    """
    outcome = run(document, lambda r: sent(201 if r.method == "PUT" else 204), policy=policy)
    assert outcome.verdict("GROUPS") == "pass"
    assert outcome.results["leftovers"] == []


SHELF = """
openapi: 3.1.0
info: {title: Shelf, version: "1"}
paths:
  /books:
    get: {operationId: listBooks, responses: {"200": {description: ok}}}
"""


def test_head_and_options_may_be_served_though_no_document_has_them(run: Any, sent: Any) -> None:
    def respond(request: Any) -> Any:
        if request.method == "OPTIONS":
            return sent(204, None, {"Allow": "GET, HEAD, OPTIONS"})
        if request.method in ("GET", "HEAD"):
            return sent(200, []) if request.path == "/books" else sent(404, {})
        return sent(405, {}, {"Allow": "GET, HEAD, OPTIONS"})

    outcome = run(SHELF, respond, bad_input=True, thorough=True)
    tried = {r.method for r in outcome.received if r.path == "/books"}
    assert {"PUT", "POST", "PATCH", "DELETE", "TRACE"} <= tried
    assert outcome.findings("errors/method") == []
