"""An API whose document is of Swagger 2.0 is tested like any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apicheck.cli import main

DEPOT = """
    swagger: "2.0"
    info: {title: Depot, version: "1"}
    basePath: /v1
    consumes: [application/json]
    produces: [application/json]
    securityDefinitions:
      key: {type: apiKey, in: header, name: X-Key}
    paths:
      /crates:
        get:
          operationId: list
          parameters:
            - {name: ids, in: query, required: true, type: array, items: {type: integer},
               collectionFormat: pipes, x-example: [4, 7]}
          responses:
            200: {description: all, schema: {type: array, items: {$ref: "#/definitions/Crate"}}}
        post:
          operationId: store
          parameters:
            - {name: crate, in: body, required: true, schema: {$ref: "#/definitions/Crate"}}
          responses:
            201: {description: stored, schema: {$ref: "#/definitions/Crate"}}
      /labels:
        post:
          operationId: label
          consumes: [application/x-www-form-urlencoded]
          parameters:
            - {name: text, in: formData, required: true, type: string, x-example: fragile}
          responses: {200: {description: printed}}
    definitions:
      Crate:
        type: object
        required: [weight]
        properties: {weight: {type: integer}, owner: {type: string, x-nullable: true}}
    """


def depot(request: Any, sent: Any) -> Any:
    if request.path == "/v1/labels":
        return sent(200 if request.body.startswith(b"text=") else 422, {})
    if request.method == "POST":
        try:
            crate = json.loads(request.body)
        except ValueError:
            return sent(400, {})
        return sent(201, crate) if isinstance(crate, dict) and "weight" in crate else sent(422, {})
    return sent(200, [{"weight": 3, "owner": None}])


def test_its_requests_are_accepted(run: Any, sent: Any) -> None:
    outcome = run(DEPOT, lambda request: depot(request, sent))
    standings = {one["operation"]: one["standing"] for one in outcome.results["operations"]}
    assert standings == {"list": "accepted", "store": "accepted", "label": "accepted"}
    assert outcome.findings("conformance/response") == []
    targets = {request.target for request in outcome.requests("GET", "/v1/crates")}
    assert "/v1/crates?ids=4%7C7" in targets or "/v1/crates?ids=4|7" in targets
    bodies = [request.body for request in outcome.requests("POST", "/v1/labels")]
    assert b"text=fragile" in bodies


def test_a_response_that_breaks_it_is_a_finding(run: Any, sent: Any) -> None:
    outcome = run(
        DEPOT,
        lambda request: (
            sent(200, [{"owner": 7}]) if request.method == "GET" else depot(request, sent)
        ),
    )
    findings = outcome.findings("conformance/response")
    assert len(findings) == 2
    assert all("schema-mismatch: 200" in one for one in findings)


def test_the_report_says_once_how_it_is_read(
    run: Any, sent: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = run(DEPOT, lambda request: depot(request, sent))
    told = [one["message"] for one in outcome.results["preflight"] if "Swagger" in one["message"]]
    assert told == ["The document is of Swagger 2.0: it is read as OpenAPI 3.0"]
    page = (outcome.directory / "report.html").read_text()
    assert page.count(told[0]) == 1
    before = (outcome.directory / "results.json").read_bytes()
    main(["judge", str(outcome.directory)])
    assert (outcome.directory / "results.json").read_bytes() == before
    capsys.readouterr()
    assert main(["lint", "--spec", str(tmp_path / "openapi.yaml")]) == 0
    assert capsys.readouterr().out.count(told[0]) == 1
