"""Documents as they are published: what does not matter stops no run, what is broken is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main
from apicheck.run.saved import load_run

PLAIN = """
    openapi: 3.1.0
    info: {title: t, version: "1"}
    paths:
      /thing:
        get:
          operationId: thing
          responses:
            "200":
              description: ok
              content: {application/json: {schema: %s}}
    %s
"""


def document(schema: str, more: str = "") -> str:
    return PLAIN % (schema, more)


def responding(sent: Any, body: Any) -> Any:
    return lambda _: sent(body=body)


@pytest.mark.parametrize(
    ("schema", "more", "body"),
    [
        ("{properties: {$ref: {type: string}}}", "x-docs: {$ref: ./intro.md}", {"$ref": "a"}),
        ("{type: string, x-of: {$ref: other.json}, examples: [{$ref: no}]}", "", "a"),
        ('{type: string, pattern: "^[\\\\p{L} ]+$"}', "", "Zoë Ångström"),
        ('{type: string, pattern: "^(?<year>[0-9]{4})$"}', "", "2026"),
        ('{type: string, pattern: "^[\\\\w-.]+$"}', "", "a-b.c"),
        ("{$ref: '#one'}", "components: {schemas: {A: {$anchor: one, type: object}}}", {}),
        (
            "{$ref: 'https://example.com/thing'}",
            "components: {schemas: {A: {$id: 'https://example.com/thing', type: object}}}",
            {},
        ),
        ("{type: object, required: true, properties: {a: {type: any}}}", "", {"a": 1}),
        ("{type: object, title: 7, default: none}", "tags: [{name: a}, {name: a}]", {}),
    ],
)
def test_a_response_that_fits_such_a_document_is_no_finding(
    run: Any, sent: Any, schema: str, more: str, body: Any
) -> None:
    outcome = run(document(schema, more), responding(sent, body))
    assert outcome.findings("conformance/response") == []
    assert outcome.verdict("OPENAPI-RESPONSES") == "pass"


@pytest.mark.parametrize(
    ("schema", "more", "body"),
    [
        ('{type: string, pattern: "^[\\\\p{L} ]+$"}', "", "R2D2"),
        ('{type: string, pattern: "^[\\\\w-.]+$"}', "", "a b"),
        ("{$ref: '#one'}", "components: {schemas: {A: {$anchor: one, type: object}}}", []),
        ("{type: object, required: [a], properties: {a: {required: true}}}", "", {}),
    ],
)
def test_a_response_that_breaks_such_a_document_is_a_finding(
    run: Any, sent: Any, schema: str, more: str, body: Any
) -> None:
    outcome = run(document(schema, more), responding(sent, body))
    assert len(outcome.findings("conformance/response")) == 1


def test_one_broken_operation_stops_none_of_the_others(run: Any, sent: Any) -> None:
    outcome = run(
        """
        openapi: 3.1.0
        info: {title: t, version: "1"}
        paths:
          /thing: {get: {operationId: thing, responses: {"200": {description: ok}}}}
          /broken: {get: {parameters: [{$ref: "#/none"}], responses: {"200": {description: ok}}}}
          /odd: {get: {parameters: {q: {in: query}}, responses: {"200": {description: ok}}}}
        """,
        responding(sent, {}),
    )
    assert outcome.verdict("HTTP-DATE") == "pass"
    assert {request.path for request in outcome.received} == {"/thing"}
    (item,) = [one for one in outcome.results["preflight"] if one["id"] == "document"]
    assert "GET /broken, GET /odd; apicheck lint says where" in item["message"]


def test_defaults_that_do_not_fit_and_links_elsewhere_stop_nothing(run: Any, sent: Any) -> None:
    outcome = run(
        """
        openapi: 3.0.3
        info: {title: t, version: "1"}
        paths:
          /reports:
            get:
              operationId: reports
              parameters:
                - {name: since, in: query, schema: {type: string, format: date, default: ""}}
                - {name: size, in: query, schema: {type: string, default: 50}}
              responses:
                "200":
                  description: ok
                  content: {application/json: {schema: {type: object, required: []}}}
                  links:
                    there: {operationRef: "https://api.example.org/o.yaml#/paths/~1a/get"}
                    near: {operationRef: "a.yaml#/paths/~1a/get"}
                    gone: {operationId: gone}
        """,
        responding(sent, {}),
    )
    assert outcome.findings("conformance/response") == []
    assert outcome.verdict("OPENAPI-RESPONSES") == "pass"


def test_merged_members_are_those_of_the_mapping(run: Any, sent: Any) -> None:
    text = """
        openapi: 3.0.3
        info: {title: t, version: "1"}
        x-ok: &ok {description: ok, content: {application/json: {schema: {type: object}}}}
        x-usual: &usual {"200": {description: any}, "401": {description: no}}
        paths:
          /thing: {get: {operationId: thing, responses: {<<: *usual, "200": *ok}}}
    """
    assert run(text, responding(sent, {})).findings("conformance/response") == []
    (finding,) = run(text, responding(sent, [])).findings("conformance/response")
    assert "schema-mismatch" in finding


def test_a_run_on_several_files_can_be_judged_again(run: Any, sent: Any, tmp_path: Path) -> None:
    (tmp_path / "schemas.yaml").write_text(
        "Thing: {required: [id], properties: {id: {$ref: '#/Id'}}}\nId: {type: integer}\n"
    )
    outcome = run(document("{$ref: 'schemas.yaml#/Thing'}"), responding(sent, {"id": "1"}))
    (finding,) = outcome.findings("conformance/response")
    assert "schema-mismatch" in finding
    (tmp_path / "schemas.yaml").unlink()
    assert load_run(outcome.directory).plan.spec.operations
    before = (outcome.directory / "results.json").read_bytes()
    main(["judge", str(outcome.directory)])
    assert (outcome.directory / "results.json").read_bytes() == before


def test_lint_names_what_is_left_out_and_what_it_remarks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(
        'openapi: 3.0.3\ninfo: {title: t, version: "1"}\npaths:\n'
        "  /a: {get: {operationId: a, responses: {200: {}}}}\n"
        "  /b: {get: {operationId: b, parameters: [{$ref: 'https://example.com/p'}]}}\n"
    )
    assert main(["lint", "--spec", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "the document's description of them is broken" in printed
    assert f"GET /b: {path}:5: /paths/~1b/get/parameters/0/$ref: the $ref" in printed
    assert f'{path}:4: paths./a.get.responses.200: is not valid OpenAPI: "description"' in printed
    assert "1 operation, 1 left out" in printed
    assert printed.count("on the network") == 1


def test_an_error_response_that_all_share_may_be_broken(run: Any, sent: Any) -> None:
    outcome = run(
        """
        openapi: 3.1.0
        info: {title: t, version: "1"}
        paths:
          /things:
            get:
              operationId: list
              responses:
                "200": {description: ok, content: {application/json: {schema: {type: array}}}}
                "404": {$ref: "#/components/responses/Error"}
            post:
              operationId: make
              requestBody:
                required: true
                content:
                  application/json:
                    schema:
                      type: object
                      required: [code]
                      properties: {code: {type: string, pattern: "^[A-Z]{3}-[0-9]{4}$"}}
              responses:
                "201": {description: made, content: {application/json: {schema: {type: object}}}}
                default: {$ref: "#/components/responses/Error"}
        components:
          responses:
            Error:
              description: any
              content: {application/json: {schema: {$ref: "https://example.com/error.json"}}}
        """,
        lambda request: sent(*((201, {}) if request.method == "POST" else (200, {}))),
    )
    (finding,) = outcome.findings("conformance/response")
    assert "schema-mismatch: 200" in finding
    standings = {one["operation"]: one["standing"] for one in outcome.results["operations"]}
    assert standings == {"list": "accepted", "make": "accepted"}


BROKEN = """
    openapi: 3.0.3
    info: {title: t, version: "1"}
    paths:
      /thing:
        get:
          operationId: thing
          responses: {"200": {description: ok}, "404": {$ref: "#/none"}, "405": {}}
      /bad:
        get:
          operationId: bad
          parameters:
            - $ref: "%s"
          responses: {"200": {description: ok}}
    """


@pytest.mark.parametrize(
    ("reference", "files"),
    [("#/none", {}), ("parameters.yaml#/None", {"parameters.yaml": "Other: {}\n"})],
)
def test_results_and_report_name_what_is_left_out_and_count_the_remarks(
    run: Any, sent: Any, tmp_path: Path, reference: str, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    outcome = run(BROKEN % reference, responding(sent, {}))
    told = outcome.results["document"]
    assert told["remarks"] == 2
    (left_out,) = told["left_out"]
    pointer = "/paths/~1bad/get/parameters/0/$ref"
    assert (left_out["file"], left_out["line"]) == ("openapi.yaml", 13)
    assert (left_out["id"], left_out["method"], left_out["pointer"]) == ("bad", "GET", pointer)
    assert "points to nothing" in left_out["reason"]
    page = (outcome.directory / "report.html").read_text()
    assert "left out: the document's description is broken" in page
    assert f"openapi.yaml:13 <code>{pointer}</code>" in page
    assert "2 mistakes that leave no operation out" in page
    before = (outcome.directory / "results.json").read_bytes()
    main(["judge", str(outcome.directory)])
    assert (outcome.directory / "results.json").read_bytes() == before


LOST = """
    openapi: 3.1.0
    info: {title: Parcels, version: "1"}
    paths:
      /parcels:
        get:
          operationId: listParcels
          responses: {"200": {$ref: "#/components/responses/Parcels"}}
    components:
      responses:
        Parcels:
          description: all of them
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Parcel"}}}
      schemas:
        Parcel:
          type: object
          required: [id]
          properties:
            id: {type: integer}
            route: {oneOf: [{$ref: "#/components/schemas/Route"}, {type: "null"}]}
            sender: {type: object, properties: {address: {$ref: "addresses.yaml#/Address"}}}
    """


@pytest.mark.parametrize(
    ("parcel", "found"),
    [
        ({"id": 1, "route": None, "sender": {"address": "12 Hay Street"}}, []),
        ({"id": 1, "route": ["a", "b"], "sender": {"address": {"street": "Hay"}}}, []),
        ({"id": "one"}, ["/*/id"]),
        ({"route": None}, ["/*"]),
        ({"id": 1, "sender": "Ada"}, ["/*/sender"]),
    ],
)
def test_of_a_schema_with_references_to_nothing_the_rest_is_tested(
    run: Any, sent: Any, parcel: Any, found: list[str]
) -> None:
    outcome = run(LOST, lambda _: sent(200, [parcel]))
    findings = outcome.findings("conformance/response")
    assert [place for place in found if any(f" {place}" in one for one in findings)] == found
    assert len(findings) == len(found), findings


@pytest.mark.parametrize("bound", ["-9223372036854776000", "-1" + 30 * "0"])
def test_bounds_beyond_64_bits_stop_nothing(run: Any, sent: Any, bound: str) -> None:
    schema = f"{{type: integer, minimum: {bound}, default: {bound}}}"
    spec = f"""
    openapi: 3.1.0
    info: {{title: Sums, version: "1"}}
    paths:
      /sums:
        get:
          operationId: listSums
          parameters: [{{name: above, in: query, schema: {schema}}}]
          responses:
            "200":
              description: all
              content: {{application/json: {{schema: {{type: array, items: {schema}}}}}}}
    """
    outcome = run(spec, lambda _: sent(200, [3, "four"]))
    assert [one["standing"] for one in outcome.results["operations"]] == ["accepted"]
    assert [one for one in outcome.findings("conformance/response") if "/*" in one]
