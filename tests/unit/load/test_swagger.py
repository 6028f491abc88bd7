"""Documents of Swagger 2.0 are read as what OpenAPI 3.0 has for the same."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from schemathesis import openapi

from apicheck.load import load_spec, parse_spec, read_spec, saved_document
from apicheck.model.errors import SpecError
from apicheck.model.operation import Operation, Spec

HEAD = 'swagger: "2.0"\ninfo: {title: Depots, version: "1"}\n'


def read(text: str) -> Spec:
    return parse_spec(HEAD + dedent(text), "swagger.yaml")


def post(operation: dict[str, Any], **top: Any) -> Operation:
    """The one operation of a document, with other members of the document."""
    node = {"operationId": "store", "responses": {"200": {"description": "ok"}}, **operation}
    spec = read_spec({"swagger": "2.0", "paths": {"/crates": {"post": node}}, **top})
    assert spec.remarks == ()
    return spec.operation("store")


def test_a_document_says_that_it_is_of_swagger() -> None:
    spec = read("paths: {/a: {get: {responses: {200: {description: ok}}}}}\n")
    assert spec.is_swagger
    assert spec.remarks == ()
    assert [one.id for one in spec.operations] == ["GET /a"]
    assert not read_spec({"openapi": "3.0.0", "paths": {}}).is_swagger


def test_a_version_may_be_written_as_a_number() -> None:
    assert parse_spec("swagger: 2.0\npaths: {}\n", "swagger.yaml").is_swagger


def test_a_body_has_every_type_that_is_consumed() -> None:
    schema = {"type": "object", "required": ["weight"]}
    body = {"name": "crate", "in": "body", "required": True, "schema": schema}
    operation = post({"parameters": [body]}, consumes=["application/json", "text/xml"])
    assert [(one.media_type, one.schema) for one in operation.body] == [
        ("application/json", schema),
        ("text/xml", schema),
    ]
    assert operation.body_required
    assert operation.parameters == ()


@pytest.mark.parametrize(
    ("consumes", "types"),
    [
        (None, ["application/json"]),
        ([], ["application/json"]),
        (["application/hal+json"], ["application/hal+json"]),
        (["multipart/form-data", "application/json"], ["application/json"]),
    ],
)
def test_what_an_operation_consumes_goes_before_what_the_document_does(
    consumes: list[str] | None, types: list[str]
) -> None:
    own = {} if consumes is None else {"consumes": consumes}
    top = {} if consumes is None else {"consumes": ["text/csv"]}
    body = {"name": "crate", "in": "body", "schema": {"type": "object"}}
    operation = post({"parameters": [body], **own}, **top)
    assert [one.media_type for one in operation.body] == types
    assert not operation.body_required


def test_the_examples_of_a_body_are_its_examples() -> None:
    examples = {"application/json": {"weight": 3}}
    body = {"name": "crate", "in": "body", "schema": {}, "x-examples": examples}
    assert post({"parameters": [body]}).body[0].examples == ({"weight": 3},)
    body = {"name": "crate", "in": "body", "schema": {}, "x-example": {"weight": 4}}
    assert post({"parameters": [body]}).body[0].examples == ({"weight": 4},)


def test_form_fields_are_the_members_of_a_form() -> None:
    fields = [
        {"name": "label", "in": "formData", "type": "string", "required": True, "maxLength": 5},
        {"name": "tags", "in": "formData", "type": "array", "items": {"type": "string"}},
        {
            "name": "codes",
            "in": "formData",
            "type": "array",
            "items": {"type": "integer"},
            "collectionFormat": "multi",
        },
    ]
    (form,) = post({"parameters": fields}).body
    assert form.media_type == "application/x-www-form-urlencoded"
    assert form.schema["required"] == ["label"]
    assert form.schema["properties"]["label"] == {"type": "string", "maxLength": 5}
    assert [(form.encoding[n].style, form.encoding[n].explode) for n in ("tags", "codes")] == [
        ("form", False),
        ("form", True),
    ]


def test_a_form_with_a_file_has_parts() -> None:
    fields = [
        {"name": "photo", "in": "formData", "type": "file", "required": True},
        {"name": "label", "in": "formData", "type": "string"},
    ]
    both = ["application/x-www-form-urlencoded", "multipart/form-data"]
    for own in ({}, {"consumes": both}, {"consumes": ["application/json"]}):
        (form,) = post({"parameters": fields, **own}).body
        assert form.media_type == "multipart/form-data"
        assert form.files == {"photo": "application/octet-stream"}
    (first, second) = post({"parameters": fields[1:], "consumes": both}).body
    assert [first.media_type, second.media_type] == both


@pytest.mark.parametrize(
    ("place", "form", "style", "explode", "kind"),
    [
        ("query", None, "form", False, "array"),
        ("query", "csv", "form", False, "array"),
        ("query", "multi", "form", True, "array"),
        ("query", "ssv", "spaceDelimited", False, "array"),
        ("query", "pipes", "pipeDelimited", False, "array"),
        ("header", "csv", "", None, "array"),
    ],
)
def test_the_format_of_a_list_is_a_style(
    place: str, form: str | None, style: str, explode: bool | None, kind: str
) -> None:
    parameter = {"name": "ids", "in": place, "type": "array", "items": {"type": "integer"}}
    if form:
        parameter["collectionFormat"] = form
    (found,) = post({"parameters": [parameter]}).parameters
    assert (found.style, found.explode) == (style, explode)
    assert found.schema == {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(("place", "form"), [("query", "tsv"), ("header", "pipes")])
def test_of_a_list_in_a_format_that_openapi_lacks_one_item_is_sent(place: str, form: str) -> None:
    spec = read(
        f"""
        paths:
          /a:
            get:
              parameters:
                - name: ids
                  in: {place}
                  type: array
                  items: {{type: integer}}
                  collectionFormat: {form}
              responses: {{200: {{description: ok}}}}
        """
    )
    (parameter,) = spec.operations[0].parameters
    assert parameter.schema == {"type": "integer"}
    (remark,) = spec.remarks
    assert remark.line == 12
    assert remark.path == "paths./a.get.parameters.0.collectionFormat"


def test_a_parameter_keeps_what_it_says() -> None:
    parameter = {
        "name": "since",
        "in": "query",
        "required": True,
        "type": "string",
        "format": "date",
        "default": "2020-01-01",
        "x-example": "2024-05-01",
        "x-nullable": True,
    }
    (found,) = post({"parameters": [parameter]}).parameters
    assert (found.name, found.place, found.required) == ("since", "query", True)
    assert found.example == "2024-05-01"
    assert found.schema == {
        "type": "string",
        "format": "date",
        "default": "2020-01-01",
        "x-nullable": True,
        "nullable": True,
    }


def test_parameters_of_the_path_hold_unless_the_operation_has_its_own() -> None:
    spec = read_spec(
        {
            "swagger": "2.0",
            "parameters": {
                "Limit": {"name": "limit", "in": "query", "type": "integer"},
                "Crate": {"name": "c", "in": "body", "schema": {"$ref": "#/definitions/Crate"}},
            },
            "definitions": {"Crate": {"type": "object"}, "Box": {"type": "array"}},
            "paths": {
                "/crates": {
                    "parameters": [{"$ref": "#/parameters/Crate"}, {"$ref": "#/parameters/Limit"}],
                    "post": {"operationId": "shared"},
                    "put": {
                        "operationId": "own",
                        "parameters": [
                            {"name": "b", "in": "body", "schema": {"$ref": "#/definitions/Box"}},
                            {"name": "limit", "in": "query", "type": "string"},
                        ],
                    },
                }
            },
        }
    )
    shared, own = spec.operation("shared"), spec.operation("own")
    assert [one.schema for one in shared.body] == [{"$ref": "#/components/schemas/Crate"}]
    assert [one.schema for one in own.body] == [{"$ref": "#/components/schemas/Box"}]
    assert [one.schema["type"] for one in (*shared.parameters, *own.parameters)] == [
        "integer",
        "string",
    ]


def test_a_response_has_every_type_that_is_produced() -> None:
    response = {
        "description": "ok",
        "schema": {"type": "object"},
        "examples": {"application/json": {"weight": 2}},
        "headers": {"X-Total": {"type": "integer", "minimum": 0, "description": "all"}},
    }
    responses = {"200": response, "204": {"description": "none"}}
    spec = read_spec(
        {
            "swagger": "2.0",
            "produces": ["application/json", "text/xml"],
            "responses": {"Gone": {"description": "gone", "schema": {"type": "string"}}},
            "paths": {
                "/a": {"get": {"responses": {**responses, "410": {"$ref": "#/responses/Gone"}}}},
                "/b": {
                    "get": {
                        "produces": ["text/plain"],
                        "responses": {"410": {"$ref": "#/responses/Gone"}},
                    }
                },
            },
        }
    )
    a, b = spec.operations
    ok, none, gone = a.responses
    assert [(one.media_type, one.examples) for one in ok.media] == [
        ("application/json", ({"weight": 2},)),
        ("text/xml", ()),
    ]
    assert [(one.name, one.schema) for one in ok.headers] == [
        ("X-Total", {"type": "integer", "minimum": 0})
    ]
    assert none.media == ()
    assert [one.media_type for one in gone.media] == ["application/json", "text/xml"]
    assert [one.media_type for one in b.responses[0].media] == ["text/plain"]


def test_a_response_of_which_nobody_says_the_type_may_have_any() -> None:
    response = {"description": "ok", "schema": {"type": "file"}}
    (media,) = post({"responses": {"200": response}}).responses[0].media
    assert media.media_type == "*/*"
    assert media.schema == {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"type": "string", "x-nullable": True}, {"type": "string", "nullable": True}),
        (
            {"$ref": "#/definitions/Box", "x-nullable": True},
            {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Box"}]},
        ),
        (
            {"type": "object", "discriminator": "kind", "properties": {"kind": {"type": "file"}}},
            {
                "type": "object",
                "discriminator": {"propertyName": "kind"},
                "properties": {"kind": {"type": "string", "format": "binary"}},
            },
        ),
        (
            {"properties": {"discriminator": {"type": "string"}, "$ref": {"type": "file"}}},
            {
                "properties": {
                    "discriminator": {"type": "string"},
                    "$ref": {"type": "string", "format": "binary"},
                }
            },
        ),
        ({"example": {"type": "file", "$ref": "a"}}, {"example": {"type": "file", "$ref": "a"}}),
        (
            {"allOf": [{"$ref": "#/definitions/Box/properties/lid"}]},
            {"allOf": [{"$ref": "#/components/schemas/Box/properties/lid"}]},
        ),
    ],
)
def test_a_schema_is_one_of_openapi_3(written: Any, expected: Any) -> None:
    box = {"properties": {"lid": {"type": "string"}}}
    body = {"name": "b", "in": "body", "schema": written}
    operation = post({"parameters": [body]}, definitions={"Box": box})
    found = {key: value for key, value in operation.body[0].schema.items() if key != "x-nullable"}
    assert found == expected


def test_the_example_of_a_discriminator_is_the_name_of_its_definition() -> None:
    kind: dict[str, Any] = {"type": "object", "discriminator": "kind"}
    definitions = {
        "Box": {**kind, "properties": {"kind": {"type": "string"}}},
        "Bag": {**kind, "properties": {"kind": {"type": "string", "enum": ["bag"]}}},
    }
    spec = read_spec({"swagger": "2.0", "paths": {}, "definitions": definitions})
    schemas = spec.document["components"]["schemas"]
    assert schemas["Box"]["properties"]["kind"] == {"type": "string", "example": "Box"}
    assert schemas["Bag"]["properties"]["kind"] == {"type": "string", "enum": ["bag"]}


@pytest.mark.parametrize(
    ("top", "prefix", "host"),
    [
        ({}, "", ""),
        ({"basePath": "/v2"}, "/v2", ""),
        ({"basePath": "/"}, "", ""),
        ({"host": "api.example.com", "basePath": "/v2", "schemes": ["https", "http"]}, "/v2", ""),
        ({"host": "api.example.com:8443"}, "", ""),
    ],
)
def test_host_and_base_path_are_the_server(top: dict[str, Any], prefix: str, host: str) -> None:
    operation = post({}, **top)
    assert (operation.path, operation.prefix, operation.host) == (f"{prefix}/crates", prefix, host)


@pytest.mark.parametrize(
    ("written", "kind", "http_scheme", "place", "parameter", "token_url"),
    [
        ({"type": "basic"}, "http", "basic", "header", "Authorization", ""),
        ({"type": "apiKey", "in": "query", "name": "key"}, "apiKey", "", "query", "key", ""),
        (
            {"type": "apiKey", "in": "header", "name": "Authorization"},
            *("apiKey", "", "header", "Authorization", ""),
        ),
        (
            {
                "type": "apiKey",
                "in": "header",
                "name": "authorization",
                "description": "Bearer token",
            },
            *("http", "bearer", "header", "Authorization", ""),
        ),
        (
            {
                "type": "oauth2",
                "flow": "application",
                "tokenUrl": "https://example.com/token",
                "scopes": {"read": "all", "write": "some"},
            },
            *("oauth2", "", "header", "Authorization", "https://example.com/token"),
        ),
    ],
)
def test_a_security_definition_is_a_security_scheme(
    written: dict[str, Any],
    kind: str,
    http_scheme: str,
    place: str,
    parameter: str,
    token_url: str,
) -> None:
    spec = read_spec({"swagger": "2.0", "paths": {}, "securityDefinitions": {"way": written}})
    way = spec.schemes["way"]
    assert (way.kind, way.http_scheme, way.place, way.parameter, way.token_url) == (
        *(kind, http_scheme, place, parameter, token_url),
    )
    assert way.scopes == tuple(written.get("scopes", ()))


@pytest.mark.parametrize(
    ("flow", "named"),
    [
        ("implicit", "implicit"),
        ("password", "password"),
        ("application", "clientCredentials"),
        ("accessCode", "authorizationCode"),
    ],
)
def test_flows_have_the_names_of_openapi_3(flow: str, named: str) -> None:
    way = {"type": "oauth2", "flow": flow, "authorizationUrl": "https://example.com", "scopes": {}}
    spec = read_spec({"swagger": "2.0", "paths": {}, "securityDefinitions": {"way": way}})
    assert list(spec.document["components"]["securitySchemes"]["way"]["flows"]) == [named]


BROKEN = """\
    paths:
      /a/{id}:
        post:
          operationId: a
          parameters:
            - {name: b, in: body, schema: {$ref: "#/definitions/None"}}
            - {name: q, in: query, type: integer, default: many}
            - {name: id, in: path, required: true, type: string}
          responses: {200: {description: ok}}
        get:
          operationId: g
          parameters:
            - {name: id, in: path, required: true, type: string}
          responses:
            200:
              description: ok
              schema: {type: object, properties: {x: {$ref: "#/definitions/Nothing"}}}
              headers: {X-A: {type: integer, default: "z"}}
    definitions: {Thing: {type: object}}
    """


def test_mistakes_are_named_where_they_were_written() -> None:
    spec = read(BROKEN)
    (left_out,) = spec.left_out
    assert (left_out.id, left_out.line) == ("a", 8)
    assert left_out.reason == 'the $ref "#/definitions/None" points to nothing'
    assert left_out.pointer == "/paths/~1a~1{id}/post/parameters/0/schema/$ref"
    assert spec.remarks[1].suggestion == 'did you mean "Thing"?'
    assert [(one.line, one.path) for one in spec.remarks] == [
        (9, "paths./a/{id}.post.parameters.1.default"),
        (19, "paths./a/{id}.get.responses.200.schema.properties.x.$ref"),
        (20, "paths./a/{id}.get.responses.200.headers.X-A.default"),
    ]


def test_a_document_is_held_against_the_schema_of_swagger() -> None:
    spec = read(
        """\
        paths:
          /a: {get: {responses: {200: {}}}}
          /b: {get: {parameters: {q: {in: query}}, responses: {200: {description: ok}}}}
          /c: {get: {parameters: [{name: q, in: cookie}], responses: {200: {description: ok}}}}
        """
    )
    assert [one.id for one in spec.left_out] == ["GET /b"]
    assert {(one.line, one.path) for one in spec.remarks} >= {(4, "paths./a.get.responses.200")}


def test_a_field_beside_a_body_is_a_remark() -> None:
    spec = read(
        """\
        paths:
          /a:
            post:
              parameters:
                - {name: b, in: body, schema: {type: object}}
                - {name: f, in: formData, type: string}
              responses: {200: {description: ok}}
        """
    )
    assert [(one.line, one.path) for one in spec.remarks] == [(8, "paths./a.post.parameters.1")]
    assert spec.operations[0].body[0].media_type == "application/json"


FILES = {
    "swagger.yaml": """\
        swagger: "2.0"
        info: {title: Depots, version: "1"}
        produces: [application/json]
        paths:
          /crates: {$ref: "paths/crates.yaml"}
          /boxes:
            post:
              operationId: boxes
              parameters:
                - {$ref: "common.yaml#/parameters/Box"}
                - {$ref: "common.yaml#/parameters/Page"}
              responses:
                200: {$ref: "common.yaml#/responses/Ok"}
        """,
    "paths/crates.yaml": """\
        get:
          operationId: crates
          parameters: [{$ref: "../common.yaml#/parameters/Page"}]
          responses:
            200: {description: ok, schema: {$ref: "../common.yaml#/definitions/Box"}}
            404: {description: none, schema: {$ref: "../common.yaml#/definitions/Gone"}}
        """,
    "common.yaml": """\
        definitions:
          Box: {type: object, x-nullable: true, properties: {lid: {$ref: "#/definitions/Lid"}}}
          Lid: {type: file}
        parameters:
          Box: {name: box, in: body, required: true, schema: {$ref: "#/definitions/Box"}}
          Page: {name: page, in: query, type: integer, default: first}
        responses:
          Ok: {description: ok, schema: {$ref: "#/definitions/Box"}}
        """,
}


def test_other_files_are_of_swagger_too(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    spec = load_spec(tmp_path / "swagger.yaml")
    crates, boxes = spec.operation("crates"), spec.operation("boxes")
    assert boxes.body_required
    assert [one.media_type for one in boxes.body] == ["application/json"]
    for operation in (crates, boxes):
        assert [(one.name, one.schema["type"]) for one in operation.parameters] == [
            ("page", "integer")
        ]
        assert [one.media_type for one in operation.responses[0].media] == ["application/json"]
    target = spec.document["x-apicheck-files"]["common.yaml"]["definitions"]
    assert target["Box"]["nullable"] is True
    assert target["Lid"] == {"type": "string", "format": "binary"}
    assert spec.left_out == ()
    assert [(Path(one.file).name, one.line) for one in spec.remarks] == [
        ("common.yaml", 6),
        ("crates.yaml", 6),
    ]
    assert spec.remarks[0].path.endswith("common.yaml.parameters.Page.default")
    assert spec.remarks[1].path.endswith("get.responses.404.schema.$ref")

    saved = parse_spec(saved_document(spec, b"").decode(), "openapi.json")
    assert [(one.id, one.body, one.parameters) for one in saved.operations] == [
        (one.id, one.body, one.parameters) for one in spec.operations
    ]


def test_schemathesis_reads_the_same_operations_and_bodies(tmp_path: Path) -> None:
    text = """\
        basePath: /v1
        consumes: [application/json, application/x-www-form-urlencoded]
        paths:
          /crates/{id}:
            parameters: [{name: id, in: path, required: true, type: integer}]
            get:
              parameters: [{name: full, in: query, type: boolean}]
              responses: {200: {description: ok}}
            put:
              consumes: [application/json]
              parameters: [{name: b, in: body, required: true, schema: {type: object}}]
              responses: {200: {description: ok}}
            post:
              parameters: [{name: f, in: formData, required: true, type: string}]
              responses: {200: {description: ok}}
            patch:
              consumes: [multipart/form-data]
              parameters: [{name: f, in: formData, required: true, type: file}]
              responses: {200: {description: ok}}
        """
    (tmp_path / "swagger.yaml").write_text(HEAD + dedent(text))
    ours = {
        (one.method, one.path.removeprefix("/v1")): (
            {media.media_type for media in one.body},
            one.body_required,
            {(part.place, part.name) for part in one.parameters},
        )
        for one in read(text).operations
    }
    theirs = {}
    for result in openapi.from_path(tmp_path / "swagger.yaml").get_all_operations():
        one = result.ok()
        places = {"path": one.path_parameters, "query": one.query, "header": one.headers}
        theirs[one.method.upper(), one.path] = (
            {body.media_type for body in one.body},
            any(body.is_required for body in one.body),
            {(place, part.name) for place, parts in places.items() for part in parts},
        )
    assert ours == theirs


BODY = {"name": "b", "in": "body", "schema": {}}
ODD = [None, 7, "text", [], {}, [7], ["a"], {"a": 7}, {"$ref": 7}, {"$ref": "#/none"}, {"a": None}]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize(
    "place",
    [
        "definitions", "parameters", "responses", "securityDefinitions", "consumes", "host",
        "basePath", "schemes", "paths//a", "paths//a/post", "paths//a/post/parameters",
        "paths//a/post/consumes", "paths//a/post/responses", "paths//a/post/responses/200",
        "paths//a/post/responses/200/schema", "paths//a/post/responses/200/headers",
        "paths//a/post/responses/200/examples", "paths//a/post/parameters/0",
        "paths//a/post/parameters/0/schema", "paths//a/post/parameters/0/in",
        "paths//a/parameters", "security", "paths//a/post/parameters/0/collectionFormat",
        "securityDefinitions/key", "securityDefinitions/key/scopes",
    ],
)  # fmt: skip
def test_no_odd_value_breaks_the_reader(place: str, odd: Any) -> None:
    first = {"name": "b", "in": "query", "type": "array"} if "Format" in place else BODY
    operation = {"parameters": [{**first}], "responses": {"200": {"description": "ok"}}}
    key = {"type": "oauth2", "flow": "implicit"}
    document: dict[str, Any] = {
        "swagger": "2.0",
        "paths": {"/a": {"post": operation}},
        "securityDefinitions": {"key": key},
    }
    steps = place.replace("//", "/~").split("/")
    holder: Any = document
    for step in steps[:-1]:
        name = step.replace("~", "/")
        holder = holder[int(name)] if isinstance(holder, list) else holder.setdefault(name, {})
    last = steps[-1].replace("~", "/")
    holder[int(last) if isinstance(holder, list) else last] = odd
    try:
        spec = parse_spec(json.dumps(document), "swagger.json")
    except SpecError:
        return
    assert len(spec.operations) + len(spec.left_out) <= 1
