"""Responses that the document allows, in every shape that it can mean."""

from typing import Any

NULLS = """
openapi: 3.0.3
info: {title: Nulls, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: things, each member null
          content:
            application/json:
              schema:
                type: object
                properties:
                  one: {type: string, nullable: true}
                  two: {nullable: true, allOf: [{$ref: "#/components/schemas/Name"}]}
components:
  schemas:
    Name: {type: object, nullable: true, properties: {first: {type: string}}}
"""


def test_a_null_where_the_schema_is_nullable_is_no_finding(run: Any, sent: Any) -> None:
    outcome = run(NULLS, lambda _: sent(200, {"one": None, "two": None}))
    assert not outcome.findings("conformance/response")
    assert outcome.verdict("OPENAPI-RESPONSES") == "pass"


def test_a_number_where_the_schema_says_text_is_a_finding(run: Any, sent: Any) -> None:
    outcome = run(NULLS, lambda _: sent(200, {"one": 5}))
    assert outcome.findings("conformance/response")


SECRETS = """
openapi: 3.0.3
info: {title: Hooks, version: "1"}
paths:
  /hooks:
    post:
      operationId: createHook
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}, example: {url: "https://x.example"}}}
      responses:
        "201":
          description: made, with its secret
          headers: {X-Key: {schema: {type: string, maxLength: 40}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Hook"}}}
components:
  schemas:
    Hook:
      allOf:
        - {type: object, required: [secret, password, size]}
        - type: object
          properties:
            size: {type: integer}
            password: {allOf: [{$ref: "#/components/schemas/Password"}]}
            secret:
              oneOf:
                - {type: string, format: password, pattern: "^whsec_[A-Za-z0-9]{32}$"}
                - {type: string, enum: [none]}
    Password: {type: string, writeOnly: true}
"""
SECRET = "whsec_9fK2mQ7xT4vB8nL1pR6sW3yZ5cD0hJga"


def test_a_secret_in_a_response_is_not_judged_by_its_placeholder(run: Any, sent: Any) -> None:
    made = {"size": 1, "secret": SECRET}
    outcome = run(SECRETS, lambda _: sent(201, made, {"X-Key": SECRET}))
    assert not outcome.findings("conformance/response")
    assert SECRET not in (outcome.directory / "journal.ndjson").read_text()


def test_what_is_beside_a_secret_is_judged(run: Any, sent: Any) -> None:
    outcome = run(SECRETS, lambda _: sent(201, {"secret": SECRET, "size": "large"}))
    assert outcome.findings("conformance/response") == [
        "conformance/response: schema-mismatch: 201 /size"
    ]


def test_a_lack_of_what_no_response_has_is_no_finding_but_any_other_is(run: Any, sent: Any) -> None:
    outcome = run(SECRETS, lambda _: sent(201, {"secret": SECRET}))
    [finding] = outcome.results["findings"]
    assert '"size" is a required property' in finding["actual"]


def test_text_that_is_no_unicode_is_judged_as_text(run: Any, sent: Any) -> None:
    body = b'{"one": 5, "two": "\\ud800"}'
    outcome = run(NULLS, lambda _: sent(200, body, {"Content-Type": "application/json"}))
    [first, second] = outcome.results["findings"]
    assert not any("codec" in one["actual"] for one in (first, second))


ITEM = """
openapi: 3.0.3
info: {title: Items, version: "1"}
paths:
  /items/{name}:
    get:
      operationId: getItem
      parameters:
        - {name: name, in: path, required: true, example: one, schema: {type: string}}
      responses:
        "200": {description: the item}
        "404":
          description: no such item
          content:
            application/json:
              schema: {type: object, required: [detail], properties: {detail: {type: string}}}
"""


def serve_items(sent: Any, *, own: Any, router: Any) -> Any:
    """A server that decodes a path before it looks for the operation."""

    def serve(request: Any) -> Any:
        name = request.path.removeprefix("/items/")
        if request.method != "GET":
            return sent(405, {}, {"Allow": "GET"})
        if "%2f" in name.lower() or "/" in name:
            return sent(404, router)
        return sent(200, {}) if name == "one" else sent(404, own)

    return serve


def test_what_the_router_says_of_a_decoded_slash_is_not_the_operations(run: Any, sent: Any) -> None:
    server = serve_items(sent, own={"detail": "no such item"}, router={"error": "no such page"})
    outcome = run(ITEM, server, bad_input=True)
    assert [one for one in outcome.received if "%2f" in one.path.lower()], "a slash was tried"
    assert not outcome.findings("conformance/response")


def test_what_the_operation_says_of_an_unknown_id_is(run: Any, sent: Any) -> None:
    server = serve_items(sent, own={"error": "none"}, router={"error": "no such page"})
    outcome = run(ITEM, server, bad_input=True)
    assert outcome.findings("conformance/response")
