"""OpenAPI documents: what is read of them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import load_spec, parse_spec, read_spec
from apicheck.model.errors import Mistake, SpecError
from apicheck.model.json import MISSING
from apicheck.model.operation import HeaderDoc, LinkDoc, Spec

DOCUMENT = """\
openapi: 3.1.0
info: {title: Shop, version: "1.2"}
servers:
  - url: https://{host}/v2/
    variables: {host: {default: api.example.com}}
security:
  - bearer: [read]
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: verbose, in: query, schema: {type: boolean, default: false}}
    get:
      operationId: getOrder
      tags: [orders]
      deprecated: true
      parameters:
        - {name: verbose, in: query, example: true, schema: {type: boolean}}
        - $ref: "#/components/parameters/Trace"
      responses:
        "200":
          description: ok
          headers: {ETag: {required: true, schema: {type: string}}}
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Order"}
              examples: {one: {value: {id: a}}, two: {$ref: "#/components/examples/Two"}}
          links:
            delete: {operationId: deleteOrder, parameters: {path.id: "$response.body#/id"}}
            copy:
              operationRef: "#/paths/~1orders/post"
              requestBody: {of: {id: "$response.body#/id"}}
        4XX: {$ref: "#/components/responses/Problem"}
    delete:
      operationId: deleteOrder
      security: [{key: []}, {bearer: [write], key: []}]
      responses: {"204": {description: gone}}
  /orders:
    post:
      operationId: createOrder
      security: [{}, {key: []}]
      requestBody: {$ref: "#/components/requestBodies/Order"}
      responses: {"201": {description: made}}
  /health:
    get:
      security: []
      responses: {default: {description: anything}}
components:
  parameters:
    Trace: {name: X-Trace, in: header, schema: {type: string, examples: [abc]}}
  requestBodies:
    Order:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
  responses:
    Problem: {description: p, content: {application/problem+json: {schema: {type: object}}}}
  examples: {Two: {value: {id: b}}}
  schemas:
    Order:
      type: object
      properties: {id: {type: string}, parent: {$ref: "#/components/schemas/Order"}}
      example: {id: z}
  securitySchemes:
    key: {type: apiKey, in: query, name: api_key}
    bearer:
      type: oauth2
      flows:
        clientCredentials: {tokenUrl: /oauth/token, scopes: {read: r, write: w}}
        implicit: {authorizationUrl: /a, scopes: {read: r, admin: a}}
"""


@pytest.fixture(scope="module")
def spec() -> Spec:
    return parse_spec(DOCUMENT, "openapi.yaml")


def mistakes_of(text: str, file: str = "openapi.yaml") -> tuple[Mistake, ...]:
    with pytest.raises(SpecError) as caught:
        parse_spec(text, file)
    return caught.value.mistakes


def test_the_server_path_goes_before_every_path(spec: Spec) -> None:
    assert spec.prefix == "/v2"
    assert [o.path for o in spec.operations][:2] == ["/v2/orders/{id}", "/v2/orders/{id}"]


def test_a_parameter_of_the_operation_replaces_that_of_the_path(spec: Spec) -> None:
    parameters = {p.name: p for p in spec.operation("getOrder").parameters}
    assert list(parameters) == ["id", "verbose", "X-Trace"]
    assert parameters["verbose"].example is True
    assert parameters["X-Trace"].example == "abc"
    assert parameters["id"].example is MISSING
    assert parameters["id"].required


def test_responses_are_resolved_and_schemas_stay_raw(spec: Spec) -> None:
    ok, problem = spec.operation("getOrder").responses
    assert ok.media[0].schema == {"$ref": "#/components/schemas/Order"}
    assert ok.media[0].examples == ({"id": "a"}, {"id": "b"})
    assert ok.headers == (HeaderDoc("ETag", required=True, schema={"type": "string"}),)
    assert (problem.status, problem.media[0].media_type) == ("4XX", "application/problem+json")


def test_links_name_operations_and_where_values_go(spec: Spec) -> None:
    delete, copy = spec.operation("getOrder").responses[0].links
    assert delete == LinkDoc("delete", "deleteOrder", (("id", "$response.body#/id"),))
    assert copy == LinkDoc("copy", "createOrder", (), (("/of/id", "$response.body#/id"),))


def test_an_example_of_the_schema_stands_in_for_one_of_the_body(spec: Spec) -> None:
    create = spec.operation("createOrder")
    assert create.body_required
    assert create.body[0].examples == ({"id": "z"},)


def test_security_is_that_of_the_operation_else_of_the_document(spec: Spec) -> None:
    assert spec.operation("getOrder").security == ((("bearer", ("read",)),),)
    assert spec.operation("deleteOrder").security == (
        (("key", ()),),
        (("bearer", ("write",)), ("key", ())),
    )
    assert spec.operation("createOrder").secured is False
    assert spec.operation("GET /health").security == ()


def test_schemes_name_every_scope_and_the_place_of_a_key(spec: Spec) -> None:
    assert spec.schemes["bearer"].scopes == ("read", "write", "admin")
    assert spec.schemes["bearer"].token_url == "/oauth/token"
    key = spec.schemes["key"]
    assert (key.kind, key.place, key.parameter) == ("apiKey", "query", "api_key")


def test_lines_are_kept_by_pointer(spec: Spec) -> None:
    assert spec.lines[spec.operation("getOrder").pointer] == 13


def test_openapi_3_0_is_read_and_json_too(tmp_path: Path) -> None:
    path = tmp_path / "openapi.json"
    path.write_text(
        '{"openapi": "3.0.3", "info": {"title": "T", "version": "1"},\n'
        '"paths": {"/a": {"get": {"responses": {"200": {"description": "d"}}}}}}'
    )
    spec = load_spec(path)
    assert [o.id for o in spec.operations] == ["GET /a"]
    assert spec.lines["/paths"] == 2


def test_a_plain_mapping_may_lack_what_a_published_document_needs() -> None:
    spec = read_spec({"paths": {"/a": {"get": {"operationId": "a"}}}})
    assert spec.operation("a").responses == ()


HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'


@pytest.mark.parametrize(
    ("text", "line", "path", "message", "suggestion"),
    [
        ('swagger: "1.2"\npaths: {}\n', 1, "swagger", "Swagger 1.2 is not supported", "2.0"),
        ('swagger: "2.0"\ninfo: {}\n', 1, "", "has no paths", ""),
        ("info: {}\n", 1, "", '"openapi" is missing', ""),
        (HEAD, 1, "", "has no paths, and so no operation to test", ""),
        (HEAD + "paths: []\n", 3, "paths", "expected a mapping", ""),
        ("openapi: 4.0.0\n", 1, "openapi", "OpenAPI 4.0.0 is not supported", "3.0, 3.1 and 3.2"),
        ("", 0, "", "is empty", ""),
        ("<html></html>", 1, "", "where a mapping", ""),
        (
            HEAD + "paths:\n  /a: {get: {$ref: '#/x'}, put: {parameters: 7}}\n",
            4,
            "paths./a.get.$ref",
            "points to nothing",
            "",
        ),
    ],
)
def test_a_document_that_cannot_be_used_says_where_and_why(
    text: str, line: int, path: str, message: str, suggestion: str
) -> None:
    mistake = mistakes_of(text)[0]
    assert mistake.file == "openapi.yaml"
    assert (mistake.line, mistake.path) == (line, path)
    assert message in mistake.message
    assert suggestion in mistake.suggestion


def test_a_thing_that_every_operation_needs_is_reported_once() -> None:
    text = HEAD + "paths:\n"
    text += "".join(
        f"  /{n}: {{put: {{requestBody: {{$ref: '#/components/requestBodies/No'}}}}}}\n"
        for n in range(3)
    )
    assert len(mistakes_of(text)) == 3
    text += "components: {requestBodies: {No: {$ref: 'https://example.com/a.yaml#/No'}}}\n"
    (mistake,) = mistakes_of(text)
    assert (mistake.line, mistake.suggestion) == (7, "3 operations need it")


def test_a_recursive_schema_and_a_key_called_ref_are_no_mistakes(spec: Spec) -> None:
    assert spec.operation("getOrder")
    text = HEAD + (
        "paths: {}\ncomponents:\n  schemas:\n    A:\n      properties:\n"
        "        $ref: {type: string}\n        example: {$ref: '#/components/schemas/A'}\n"
        "      example: {$ref: nothing}\n"
    )
    assert parse_spec(text, "a.yaml").operations == ()
