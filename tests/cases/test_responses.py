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
