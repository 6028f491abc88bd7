"""What is wrong in a document and matters to no check is a remark; the document is used."""

from __future__ import annotations

import pytest

from apicheck.load import parse_spec, profile_dir, profile_names
from apicheck.load.openapi import load_spec
from apicheck.model.operation import Spec

NEW = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
OLD = 'openapi: 3.0.3\ninfo: {title: T, version: "1"}\n'
OK = "responses: {200: {description: ok}}"


def spec_of(text: str) -> Spec:
    spec = parse_spec(text, "openapi.yaml")
    assert spec.left_out == ()
    return spec


@pytest.mark.parametrize(
    ("text", "line", "path", "message"),
    [
        (
            (
                f"{NEW}paths:\n  /a:\n    get:\n      security: [{{bearr: []}}]\n      {OK}\n"
                "components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\n"
            ),
            6,
            "paths./a.get.security.0",
            'unknown security scheme "bearr"',
        ),
        (
            (
                f"{NEW}paths:\n  /a:\n    get:\n      operationId: x\n      {OK}\n"
                f"    put:\n      operationId: x\n      {OK}\n"
            ),
            9,
            "paths./a.put.operationId",
            'operationId "x" is used twice: also on line 5',
        ),
        (
            (
                f"{NEW}paths:\n  /a:\n    get:\n      operationId: x\n      responses:\n"
                "        200: {description: d, links: {l: {operationId: y}}}\n"
            ),
            8,
            "paths./a.get.responses.200",
            'unknown operation "y"',
        ),
        (
            (
                f"{NEW}paths:\n  /a:\n    get:\n      responses:\n        200:\n"
                "          description: d\n          links:\n"
                "            l: {operationRef: 'https://example.com/o.yaml#/paths/~1b/get'}\n"
            ),
            10,
            "paths./a.get.responses.200.links.l",
            "leads to no operation of this document",
        ),
        (
            (
                f"{NEW}paths:\n  /a:\n    get:\n      responses:\n        200:\n"
                "          description: d\n          links: {l: {$ref: 'links.yaml#/l'}}\n"
            ),
            9,
            "paths./a.get.responses.200.links.l.$ref",
            "is to another file",
        ),
        (
            f"{NEW}paths:\n  /a:\n    get: {{responses: {{200: {{}}}}}}\n",
            5,
            "paths./a.get.responses.200",
            '"description" is a required property',
        ),
        (
            f"{OLD}paths:\n  /a:\n    get:\n      responses:\n        200: {{headers: {{}}}}\n",
            7,
            "paths./a.get.responses.200",
            '"description" is a required property',
        ),
        (f"{OLD}paths: {{/a: {{get: {{}}}}}}\n", 3, "paths./a.get", '"responses" is a required'),
        (f"openapi: 3.0.3\npaths: {{/a: {{get: {{{OK}}}}}}}\n", 1, "", '"info" is a required'),
        (
            f"{OLD}tags: [{{name: a}}, {{name: a}}]\npaths: {{/a: {{get: {{{OK}}}}}}}\n",
            3,
            "tags",
            "has non-unique elements",
        ),
        (
            (
                f"{OLD}paths:\n  /a:\n    post:\n      requestBody:\n        content:\n"
                "          application/json: {schema: {type: object, required: []}}\n"
                f"      {OK}\n"
            ),
            8,
            "paths./a.post.requestBody.content.application/json.schema.required",
            "has less than 1 item",
        ),
        (
            (
                f"{NEW}paths:\n  /a:\n    get:\n      parameters:\n"
                "        - name: q\n          in: query\n          schema: {type: strin}\n"
                f"      {OK}\n"
            ),
            9,
            "paths./a.get.parameters.0.schema.type",
            "is not valid OpenAPI",
        ),
        (
            (
                f"{OLD}paths:\n  /a:\n    get:\n      parameters:\n        - name: q\n"
                "          in: query\n          schema: {type: string, format: date, default: ''}\n"
                f"      {OK}\n"
            ),
            9,
            "paths./a.get.parameters.0.schema.default",
            'the default does not fit its schema: "" is not a "date"',
        ),
        (
            (
                f"{OLD}paths: {{/a: {{get: {{{OK}}}}}}}\ncomponents:\n  schemas:\n"
                "    A: {type: integer, example: many}\n"
            ),
            6,
            "components.schemas.A.example",
            "the example does not fit its schema",
        ),
        (
            f"{NEW}paths:\n  '/a/{{id}}':\n    get:\n      {OK}\n",
            5,
            "paths./a/{id}.get",
            "no parameter describes {id} of the path",
        ),
        (
            f"{NEW}paths:\n  '/a/{{b}}': {{}}\n  '/a/{{c}}': {{}}\n  /d: {{get: {{{OK}}}}}\n",
            5,
            "paths./a/{c}",
            "is the same path as /a/{b}",
        ),
        (
            (
                f"{NEW}paths:\n  /a:\n    get: {{{OK}}}\ncomponents:\n  schemas:\n"
                "    Unused: {$ref: '#/components/schemas/Nothing'}\n"
            ),
            8,
            "components.schemas.Unused.$ref",
            "points to nothing",
        ),
        (
            f"{NEW}paths:\n  /a:\n    get: {{{OK}}}\n  /a:\n    get: {{{OK}}}\n",
            6,
            "paths./a",
            "twice",
        ),
        (
            f"openapi: '3.1'\ninfo: {{}}\npaths: {{/a: {{get: {{{OK}}}}}}}\n",
            1,
            "openapi",
            "does not match",
        ),
    ],
)
def test_a_mistake_that_matters_to_no_check_is_a_remark_with_its_place(
    text: str, line: int, path: str, message: str
) -> None:
    spec = spec_of(text)
    assert spec.operations
    found = [remark for remark in spec.remarks if message in remark.message]
    assert [(one.file, one.line, one.path) for one in found] == [("openapi.yaml", line, path)]


@pytest.mark.parametrize(
    "schema",
    [
        *("{type: any}", "{type: [string, int]}", "{minLength: '3'}", "{required: true}"),
        *("{enum: x}", "{items: 7}", "{properties: [a]}", "{multipleOf: 0}", "{pattern: 7}"),
        *("{properties: {a: text}}", "{oneOf: {}}", "{patternProperties: {'(': {}}}"),
    ],
)
@pytest.mark.parametrize("head", [OLD, NEW])
def test_a_keyword_that_no_validator_knows_what_to_do_with_is_a_remark(
    head: str, schema: str
) -> None:
    text = f"{head}paths: {{/a: {{get: {{{OK}}}}}}}\ncomponents: {{schemas: {{A: {schema}}}}}\n"
    spec = spec_of(text)
    assert spec.operations
    assert {(one.file, one.line) for one in spec.remarks} == {("openapi.yaml", text.count("\n"))}


@pytest.mark.parametrize(
    "text",
    [
        "x-docs: {$ref: ./intro.md}\npaths: {/a: {get: {x-samples: [{$ref: a.sh}], %s}}}",
        "paths: {/a: {get: {%s}}, x-more: {$ref: more.yaml}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {properties: {$ref: {}}}}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {examples: [{$ref: no}]}}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {example: {$ref: no}}}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {const: {$ref: '#/no'}}}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {enum: [{$ref: '#/no'}]}}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {default: {$ref: '#/no'}}}}",
        "paths: {/a: {get: {%s}}}\ncomponents: {examples: {A: {value: {$ref: '#/no'}}}}",
        (
            "paths: {/a: {get: {%s}}}\n"
            "components: {schemas: {A: {properties: {default: {$ref: '#/components/schemas/A'}}}}}"
        ),
        "paths: {/a: {get: {%s}}}\ncomponents: {schemas: {A: {pattern: '^[\\p{L}]+(?<y>x)$'}}}",
    ],
)
def test_what_is_data_or_an_extension_is_no_reference_and_no_mistake(text: str) -> None:
    spec = spec_of(NEW + text.replace("%s", OK))
    assert len(spec.operations) == 1
    assert spec.remarks == ()


def test_the_second_operation_of_an_id_gets_a_name_of_its_own() -> None:
    text = f"{NEW}paths:\n  /a: {{get: {{operationId: x, {OK}}}, put: {{operationId: x, {OK}}}}}\n"
    assert [o.id for o in spec_of(text).operations] == ["x", "PUT /a"]


def test_a_link_to_nowhere_is_left_aside_and_one_to_somewhere_is_kept() -> None:
    spec = spec_of(
        f"{NEW}paths:\n  /a:\n    get:\n      operationId: x\n      responses:\n        200:\n"
        "          description: d\n          links:\n"
        "            none: {operationId: no}\n            here: {operationId: x}\n"
        "            there: {operationRef: '#/paths/~1b%7Bc%7D/get'}\n"
        f"  /b{{c}}:\n    get: {{operationId: y, {OK}}}\n"
    )
    (response,) = spec.operation("x").responses
    assert [link.name for link in response.links] == ["here", "there"]


def test_a_part_of_the_path_that_nobody_describes_is_any_text() -> None:
    spec = spec_of(f"{NEW}paths: {{'/a/{{id}}': {{get: {{{OK}}}}}}}\n")
    (parameter,) = spec.operations[0].parameters
    assert (parameter.name, parameter.place, parameter.required) == ("id", "path", True)
    assert parameter.schema == {"type": "string"}


def test_an_operation_with_an_unknown_scheme_is_still_one_that_asks_for_a_credential() -> None:
    spec = spec_of(f"{NEW}paths: {{/a: {{get: {{security: [{{no: []}}], {OK}}}}}}}\n")
    assert spec.operations[0].secured


@pytest.mark.parametrize(
    ("head", "pattern", "remarks"),
    [
        *((head, pattern, 0) for head in (OLD, NEW) for pattern in (r"^[\w-.]+$", r"\p{L}")),
        (OLD, r"(?<a>x)\k<a>", 0),
        *((head, "(", 1) for head in (OLD, NEW)),
    ],
)
def test_a_pattern_is_wrong_only_where_ecma_262_does_not_know_it(
    head: str, pattern: str, remarks: int
) -> None:
    spec = spec_of(
        f"{head}paths: {{/a: {{get: {{{OK}}}}}}}\n"
        f"components: {{schemas: {{A: {{pattern: '{pattern}'}}}}}}\n"
    )
    assert len(spec.remarks) == remarks


@pytest.mark.parametrize("profile", profile_names())
def test_the_documents_of_the_profiles_have_no_mistake(profile: str) -> None:
    spec = load_spec(profile_dir(profile) / "openapi.yaml")
    assert (spec.remarks, spec.left_out) == ((), ())
