"""What refers to nothing is any value, and blames no response for what surrounds it."""

from __future__ import annotations

import pytest

from apicheck.load import parse_spec
from apicheck.model.json import Json
from apicheck.schemas import find_schema_errors

DOCUMENT = """\
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    get: {operationId: a, responses: {200: {$ref: "#/components/responses/A"}}}
components:
  responses:
    A: {description: d, content: {application/json: {schema: {$ref: "#/components/schemas/Lost"}}}}
  schemas:
    Lost: {$ref: "#/components/schemas/None"}
    Deep:
      type: object
      required: [id, lost]
      properties: {id: {type: integer}, lost: {$ref: "#/components/schemas/Lost"}}
    Known: {type: object, required: [name], properties: {name: {type: string}}}
    Round: {allOf: [{$ref: "#/components/schemas/Deep"}]}
"""
SPEC = parse_spec(DOCUMENT, "openapi.yaml")
LOST, DEEP, KNOWN, ROUND = (
    {"$ref": f"#/components/schemas/{name}"} for name in ("Lost", "Deep", "Known", "Round")
)


def fits(schema: Json, value: Json) -> bool:
    return find_schema_errors(SPEC.document, schema, value) == ()


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (LOST, [1, "two"]),
        (DEEP, {"id": 1, "lost": [None]}),
        (DEEP, {"id": 1}),  # it may be writeOnly
        ({"not": LOST}, 7),
        ({"not": ROUND}, {"id": 1}),
        ({"oneOf": [LOST, KNOWN]}, {"name": "a"}),
        ({"oneOf": [ROUND, KNOWN]}, {"id": 1, "name": "a"}),
        ({"oneOf": [LOST, KNOWN], "anyOf": [KNOWN]}, {"name": "a"}),
        ({"if": DEEP, "then": {"required": ["more"]}}, {"id": 1}),
        ({"contains": LOST, "maxContains": 1}, [1, 2]),
        ({"allOf": [LOST], "unevaluatedProperties": False}, {"more": 1}),
        ({"allOf": [{"$ref": LOST["$ref"]}], "unevaluatedItems": False}, [1]),
    ],
)
def test_what_an_unknown_part_decides_is_no_mistake(schema: Json, value: Json) -> None:
    assert fits(schema, value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (DEEP, {"lost": 1}),
        (ROUND, {"id": "one"}),
        ({"oneOf": [DEEP, KNOWN]}, {"id": "one"}),
        ({"items": DEEP, "not": {"maxItems": 0}}, []),
        ({"not": KNOWN}, {"name": "a"}),
        ({"oneOf": [KNOWN, KNOWN]}, {"name": "a"}),
        (
            {"if": KNOWN, "then": {"required": ["lost"]}, "properties": {"lost": LOST}},
            {"name": "a"},
        ),
        ({"properties": {"lost": LOST}, "additionalProperties": False}, {"more": 1}),
    ],
)
def test_the_rest_of_a_schema_holds(schema: Json, value: Json) -> None:
    assert not fits(schema, value)
