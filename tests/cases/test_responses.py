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
