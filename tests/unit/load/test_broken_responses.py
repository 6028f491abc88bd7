"""A response whose description is broken describes nothing; its operation is used all the same."""

from __future__ import annotations

import pytest

from apicheck.load import parse_spec
from apicheck.model.json import Json
from apicheck.model.operation import ResponseDoc, Spec
from apicheck.schemas import find_schema_errors

RESPONSES = """\
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /a:
    get:
      operationId: a
      responses: %s
  /b:
    get: {operationId: b, responses: {200: {$ref: "#/components/responses/Fine"}}}
components:
  responses:
    Fine: {description: ok, content: {application/json: {schema: {type: integer}}}}
    Alias: {$ref: "#/components/responses/Broken"}
    Broken: {$ref: "https://example.com/responses.yaml#/Broken"}
    Part:
      description: p
      headers: {X-Good: {required: true}, X-Bad: {$ref: "#/components/headers/Bad"}}
      content:
        application/json: {schema: {$ref: "#/components/schemas/Outer"}}
        text/plain: {schema: {type: string}}
    List: {description: l, content: [json]}
  headers: {Bad: {required: true, schema: {$ref: "#/components/schemas/None"}}}
  schemas:
    Outer: {type: object, properties: {inner: {$ref: "#/components/schemas/Inner"}}}
    Inner: {items: {$ref: "inner.json"}}
"""


def read(responses: str) -> Spec:
    spec = parse_spec(RESPONSES % responses, "openapi.yaml")
    assert spec.left_out == ()
    assert spec.operation("b").responses[0].media[0].schema == {"type": "integer"}
    return spec


@pytest.mark.parametrize(
    ("written", "line", "message"),
    [
        ("{$ref: '#/components/responses/None'}", 7, "points to nothing"),
        ("{$ref: '#/components/responses/Alias'}", 14, "is on the network"),
        ("{$ref: '#/components/responses/Broken'}", 14, "is on the network"),
        ("{description: d, links: [a]}", 7, "is not built as OpenAPI says"),
        ("[json]", 7, 'this is not of type "object"'),
        ("{description: d, headers: [X-A]}", 7, 'this is not of type "object"'),
    ],
)
def test_a_broken_response_keeps_its_status_and_the_operation(
    written: str, line: int, message: str
) -> None:
    spec = read(f"{{200: {written}, 404: {{$ref: '#/components/responses/Fine'}}}}")
    broken, fine = spec.operation("a").responses
    assert broken == ResponseDoc("200")
    assert fine.media[0].schema == {"type": "integer"}
    assert any(one.line == line and message in one.message for one in spec.remarks)


def test_a_broken_schema_degrades_a_response_by_that_alone() -> None:
    spec = read("{200: {$ref: '#/components/responses/Part'}}")
    (response,) = spec.operation("a").responses
    assert [header.name for header in response.headers] == ["X-Good", "X-Bad"]
    (outer, text) = response.media
    assert text.schema == {"type": "string"}

    def fits(value: Json) -> bool:
        return find_schema_errors(spec.document, outer.schema, value) == ()

    assert fits({"inner": [{"any": "thing"}, None]})
    assert not fits(["not an object"])
    assert any("is on the network" in one.message for one in spec.remarks)


@pytest.mark.parametrize(
    "written",
    [
        '{description: d, headers: {X-A: {$ref: "#/components/headers/None"}}}',
        "{description: d, headers: {X-A: {$ref: other.yaml}}}",
        "{description: d, content: {a/b: {$ref: other.yaml}}}",
        "{description: d, content: {a/b: [schema]}}",
    ],
)
def test_a_header_or_media_type_that_is_not_there_describes_nothing(written: str) -> None:
    (response,) = read(f"{{200: {written}}}").operation("a").responses
    assert [one.schema for one in response.media] in ([], [None])
    assert not response.headers


@pytest.mark.parametrize("written", ["[200]", "{$ref: '#/components/none'}", "7"])
def test_responses_that_are_broken_as_a_whole_describe_any(written: str) -> None:
    assert read(written).operation("a").responses == (ResponseDoc("default"),)


def test_a_request_that_shares_the_broken_schema_is_left_out() -> None:
    text = RESPONSES % "{200: {$ref: '#/components/responses/Part'}}"
    body = "{content: {application/json: {schema: {$ref: '#/components/schemas/Outer'}}}}"
    ok = "{200: {description: d}}"
    more = f"    put: {{operationId: c, requestBody: {body}, responses: {ok}}}\n"
    spec = parse_spec(text.replace("components:\n", more + "components:\n", 1), "openapi.yaml")
    assert [one.id for one in spec.left_out] == ["c"]
    assert [one.id for one in spec.operations] == ["a", "b"]
