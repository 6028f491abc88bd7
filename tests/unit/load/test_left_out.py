"""An operation of which the description is broken is left out by name; the rest is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from apicheck.load import builtin_policy, load_policy, parse_spec
from apicheck.model.errors import PolicyError
from apicheck.model.operation import LeftOut, Spec

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
OK = "responses: {200: {description: ok}}"
GOOD = f"  /good: {{get: {{operationId: good, {OK}}}}}\n"


def spec_of(paths: str, more: str = "", head: str = HEAD) -> Spec:
    return parse_spec(f"{head}paths:\n{GOOD}{paths}{more}", "openapi.yaml")


def only_left_out(spec: Spec) -> LeftOut:
    (left_out,) = spec.left_out
    assert [operation.id for operation in spec.operations] == ["good"]
    return left_out


@pytest.mark.parametrize(
    ("paths", "more", "reason", "line", "pointer"),
    [
        (
            (
                f"  /bad:\n    put:\n      operationId: bad\n      {OK}\n"
                "      requestBody: {$ref: '#/components/requestBodies/None'}\n"
            ),
            "",
            'the $ref "#/components/requestBodies/None" points to nothing',
            9,
            "/paths/~1bad/put/requestBody/$ref",
        ),
        (
            (
                f"  /bad:\n    parameters:\n      - $ref: 'https://example.com/p.yaml#/P'\n"
                f"    put: {{operationId: bad, {OK}}}\n"
            ),
            "",
            "is on the network: it is not fetched",
            7,
            "/paths/~1bad/parameters/0/$ref",
        ),
        (
            (
                "  /bad:\n    put:\n      operationId: bad\n      requestBody:\n        content:\n"
                "          application/json: {schema: {$ref: '#/components/schemas/A'}}\n"
                f"      {OK}\n"
            ),
            (
                "components:\n  schemas:\n    A: {items: {$ref: '#/components/schemas/B'}}\n"
                "    B: {properties: {c: {$ref: 'c.json'}}}\n"
            ),
            'the $ref "c.json" is to another file',
            15,
            "/components/schemas/B/properties/c/$ref",
        ),
        (
            (
                "  /bad: {put: {operationId: bad, parameters: "
                f"[{{$ref: '#/components/parameters/A'}}], {OK}}}}}\n"
            ),
            (
                "components:\n  parameters:\n    A: {$ref: '#/components/parameters/B'}\n"
                "    B: {$ref: '#/components/parameters/A'}\n"
            ),
            "leads back to itself",
            5,
            "/paths/~1bad/put/parameters/0/$ref",
        ),
        (
            (
                "  /bad:\n    put:\n      operationId: bad\n      parameters: {q: {in: query}}\n"
                f"      {OK}\n"
            ),
            "",
            'is not valid OpenAPI: this is not of type "array"',
            8,
            "/paths/~1bad/put/parameters",
        ),
        (
            f"  /bad: {{put: {{operationId: bad, parameters: [{{in: query}}], {OK}}}}}\n",
            "",
            '"name" is a required property',
            5,
            "/paths/~1bad/put/parameters/0",
        ),
    ],
)
def test_an_operation_that_cannot_be_read_is_named_with_place_and_reason(
    paths: str, more: str, reason: str, line: int, pointer: str
) -> None:
    left_out = only_left_out(spec_of(paths, more))
    assert (left_out.id, left_out.method, left_out.path) == ("bad", "PUT", "/bad")
    assert reason in left_out.reason
    assert (left_out.file, left_out.line, left_out.pointer) == ("openapi.yaml", line, pointer)
    assert str(left_out).startswith(f"PUT /bad: openapi.yaml:{line}: {pointer}: ")


def test_what_openapi_3_0_says_of_types_holds_for_its_documents() -> None:
    head = HEAD.replace("3.1.0", "3.0.3")
    left_out = only_left_out(spec_of(f"  /bad: {{put: {{parameters: {{}}, {OK}}}}}\n", head=head))
    assert (left_out.id, left_out.pointer) == ("PUT /bad", "/paths/~1bad/put/parameters")
    assert left_out.reason == 'is not valid OpenAPI: this is not of type "array"'


def test_an_operation_that_is_no_object_is_named_by_its_path() -> None:
    left_out = only_left_out(spec_of("  /bad: {put: null}\n"))
    assert (left_out.id, left_out.pointer) == ("PUT /bad", "/paths/~1bad/put")


def test_a_path_item_that_leads_nowhere_is_named_as_a_whole() -> None:
    left_out = only_left_out(spec_of("  /bad: {$ref: 'https://example.com/bad.yaml'}\n"))
    assert (left_out.id, left_out.method, left_out.path) == ("/bad", "", "/bad")
    assert str(left_out).startswith("all of /bad: openapi.yaml:5: /paths/~1bad/$ref: ")


def test_only_the_operation_of_a_path_that_needs_the_broken_part_is_left_out() -> None:
    spec = spec_of(
        f"  /bad:\n    get: {{operationId: fine, {OK}}}\n"
        f"    put: {{operationId: bad, requestBody: {{$ref: '#/none'}}, {OK}}}\n"
    )
    assert [operation.id for operation in spec.operations] == ["good", "fine"]
    assert [one.id for one in spec.left_out] == ["bad"]


@pytest.mark.parametrize(
    "part",
    [
        "callbacks: {c: {'{$url}': {post: {responses: {200: {$ref: '#/none'}}}}}}",
        "responses: {200: {description: d, links: {l: {$ref: '#/none'}}}}",
        (
            "responses: {200: {description: d, content: {application/json: "
            "{examples: {e: {$ref: '#/none'}}}}}}"
        ),
    ],
)
def test_a_broken_link_callback_or_example_is_a_remark(part: str) -> None:
    spec = spec_of(f"  /a: {{get: {{operationId: a, {part}}}}}\n")
    assert [operation.id for operation in spec.operations] == ["good", "a"]
    assert any("points to nothing" in remark.message for remark in spec.remarks)


def test_a_link_to_an_operation_that_is_left_out_is_dropped() -> None:
    links = "responses: {200: {description: d, links: {l: {operationId: bad}}}}"
    spec = spec_of(
        f"  /a: {{get: {{operationId: a, {links}}}}}\n"
        f"  /bad: {{get: {{operationId: bad, parameters: [{{$ref: '#/none'}}], {OK}}}}}\n"
    )
    assert spec.operation("a").responses[0].links == ()


def test_a_policy_may_select_an_operation_that_is_left_out_and_may_not_rest_on_it(
    tmp_path: Path,
) -> None:
    broken = "parameters: [{$ref: '#/none'}]"
    spec = spec_of(f"  /bad: {{get: {{operationId: bad, {broken}, {OK}}}}}\n")
    assert builtin_policy(spec).clauses
    policy = tmp_path / "policy.yaml"
    text = "policy: p\nversion: '1'\ntitle: T\nspec: openapi.yaml\nfacts:\n"
    policy.write_text(text + "  operations: {reads: [good, bad]}\n")
    assert load_policy(policy, spec).facts.operations
    policy.write_text(text + "  oauth: {token: bad}\n")
    with pytest.raises(PolicyError) as caught:
        load_policy(policy, spec)
    assert 'the operation "bad" is left out' in str(caught.value)
