"""`apicheck plan` says where the values of each request come from, or why there is no request."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from apicheck.cli import main

DOCUMENT = """
openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /shops:
    post:
      operationId: open
      requestBody: {content: {application/json: {example: {name: x}}}}
      responses:
        "201":
          description: made
          links: {it: {operationId: close, parameters: {shop: $response.body#/id}}}
  /shops/{shop}:
    delete:
      operationId: close
      parameters: [{name: shop, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: gone}}
  /shops/{shop}/orders:
    post:
      operationId: order
      parameters:
        - {name: shop, in: path, required: true, schema: {type: string}}
        - {name: speed, in: query, required: true, schema: {enum: [slow, fast]}}
        - {name: X-Trace, in: header, required: true, schema: {type: string}}
        - {name: day, in: query, required: true, schema: {type: string}, example: monday}
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [ware], properties: {ware: {type: integer}}}
      responses: {"201": {description: ok}}
  /tags:
    get: {operationId: tags, responses: {"200": {description: ok}}}
  /tags/{tag}:
    get:
      operationId: tag
      parameters: [{name: tag, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
  /towns/{town}:
    get:
      operationId: town
      parameters: [{name: town, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
  /lands/{isle}:
    get:
      operationId: land
      parameters: [{name: isle, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
"""
EXPECTED = {
    "open": "body: example",
    "close": "path shop: link (open)",
    "order": (
        "query speed: enum; query day: example; header X-Trace: made up; body: made up;"
        " path shop: convention (open); body /ware: ref (tags)"
    ),
    "tags": "",
    "tag": "path tag: list (tags)",
    "land": "path isle: fixture",
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    (tmp_path / "openapi.yaml").write_text(DOCUMENT)
    target = tmp_path / "apicheck.toml"
    target.write_text(
        'base_url = "http://127.0.0.1:9"\n[fixtures]\nisle = "de"\n[refs]\nware = "tags#/0"\n'
    )
    return ["--spec", str(tmp_path / "openapi.yaml"), "--target", str(target)]


def test_plan_lists_the_source_of_each_value_and_the_reason_for_no_request(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    for operation, sources in EXPECTED.items():
        assert (f"  {operation}: {sources}" in lines) == bool(sources)
    assert any("nothing says which town exists" in line for line in lines)
    changing = lines[lines.index("Requests that change state on a correct target:") :]
    assert not any(line.endswith(" tags") for line in changing)


def test_plan_as_json_has_the_sources_too(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--json", *files]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert set(plan["operations"]) == set(EXPECTED)
    assert plan["operations"]["tag"] == [
        {"place": "path", "name": "tag", "source": "list", "operation": "tags"}
    ]
    assert "nothing says" in plan["operations_without_request"]["town"]["reason"]
