"""The paths that errors/unknown-path tries: none that the document has."""

from dataclasses import replace
from typing import Any

import pytest

from apicheck.checks.errors.unknown_path import cases
from apicheck.load import read_spec
from apicheck.model.facts import ExpectedResponse, Facts, StatusSet, Versioning
from apicheck.model.subject import RunContext, Subject, SubjectKind

NAME = "apicheck-no-such-path"
FACTS = Facts(requests={"unknown_path": ExpectedResponse(StatusSet(("404",)))})


def undefined_paths(*paths: str, server: str = "", facts: Facts = FACTS) -> list[str]:
    operation = {"responses": {"200": {"description": "."}}}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": f"https://api.example.com{server}"}],
        "paths": {
            path: {"get": {"operationId": f"op{number}", **operation}}
            for number, path in enumerate(paths)
        },
    }
    context = RunContext(read_spec(document), facts, {}, {}, {})
    return [case.name for case in cases(Subject(SubjectKind.API, "api", context))]


def test_an_undefined_name_stands_beside_the_first_segments_and_two_stand_below_a_path() -> None:
    assert undefined_paths("/v1/notes", "/v2/notes", "/v2/tags") == [
        f"/v1/{NAME}",
        f"/v2/{NAME}",
        f"/v1/notes/{NAME}/{NAME}",
        f"/v2/notes/{NAME}/{NAME}",
        "/v99/tags",
    ]


def test_a_version_far_ahead_is_left_to_the_checks_of_versions_where_the_policy_has_them() -> None:
    facts = replace(FACTS, versioning=Versioning(unknown=ExpectedResponse()))
    assert undefined_paths("/v1/notes", facts=facts) == [
        f"/v1/{NAME}",
        f"/v1/notes/{NAME}/{NAME}",
    ]


def test_an_undefined_path_has_the_prefix_of_the_server() -> None:
    assert undefined_paths("/notes", server="/api") == [f"/api/{NAME}", f"/api/notes/{NAME}/{NAME}"]


@pytest.mark.parametrize(
    "paths", [("/{anything}", "/notes/{id}"), ("/notes/{id}", "/notes/{id}/{part}", "/{x}/{y}")]
)
def test_a_path_that_a_template_takes_is_not_tried(paths: tuple[str, ...]) -> None:
    for path in undefined_paths(*paths):
        depth = path.count("/")
        assert depth not in {template.count("/") for template in paths}
