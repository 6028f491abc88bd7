from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from apicheck.run import Inputs, RunConfig, load_inputs
from apicheck.run.fetch import FetchedDocument
from apicheck.run.places import find_places

POLICY = """\
policy: orders
version: "1"
include: [http, sets/own.yaml]
spec: ../docs/api.json
clauses:
  DOC:
    quote: Responses are as documented
    checks: [conformance/response]
"""
SET = """\
policy: own
clauses:
  OWN:
    quote: No 5xx
    checks: [errors/unexpected-5xx]
"""
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders", "version": "1"},
    "paths": {
        "/orders": {
            "get": {"operationId": "listOrders", "responses": {"200": {"description": ""}}}
        },
        "/users": {"$ref": "users.json"},
    },
}
USERS = {"get": {"operationId": "listUsers", "responses": {"200": {"description": ""}}}}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in (".git", "api/sets", "docs"):
        (tmp_path / "repo" / folder).mkdir(parents=True)
    root = tmp_path / "repo"
    (root / "api" / "orders.yaml").write_text(POLICY)
    (root / "api" / "sets" / "own.yaml").write_text(SET)
    (root / "docs" / "api.json").write_text(json.dumps(DOCUMENT, indent=1))
    (root / "docs" / "users.json").write_text(json.dumps(USERS, indent=1))
    monkeypatch.chdir(root / "api")
    return root


@pytest.fixture
def inputs(repository: Path) -> Inputs:
    return load_inputs(RunConfig(policy=Path("orders.yaml")), without_target=True)


def test_places_are_named_as_the_repository_names_them(inputs: Inputs, repository: Path) -> None:
    found = find_places(inputs, repository / "api")
    assert found["operations"] == {
        "listOrders": "docs/api.json:9",
        "listUsers": "docs/users.json:2",
    }
    assert found["clauses"] == {"DOC": "api/orders.yaml:6", "OWN": "api/sets/own.yaml:3"}


def test_clauses_that_come_with_apicheck_have_no_place(inputs: Inputs, repository: Path) -> None:
    assert len(inputs.policy.clauses) > 2
    assert set(find_places(inputs, repository)["clauses"]) == {"DOC", "OWN"}


def test_without_a_repository_the_working_directory_is_the_root(
    inputs: Inputs, repository: Path
) -> None:
    (repository / ".git").rmdir()
    found = find_places(inputs, repository / "api")
    assert found["clauses"] == {"DOC": "orders.yaml:6", "OWN": "sets/own.yaml:3"}
    assert found["operations"] == {}


def test_a_document_of_a_url_has_no_place(inputs: Inputs, repository: Path) -> None:
    fetched = FetchedDocument("https://api.example.com/openapi.json", b"{}")
    found = find_places(replace(inputs, spec_file=fetched), repository)
    assert found["operations"] == {}
