"""Versions that only the policy has, or only the document."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.load import facts_from, read_spec
from apicheck.plan.versions import find_version_contradictions, list_version_refusals

CURRENT = {"v1": "supported", "v2": "current", "v0": "retired", "latest": {"serves": "v2"}}
HEADER = {"in": "header", "name": "Ver", "versions": CURRENT}


def spec_of(*paths: str, values: Any = ()) -> Any:
    parameter = {"name": "ver", "in": "header", "schema": {"enum": list(values)}}
    operation = {"parameters": [parameter], "responses": {"200": {"description": "."}}}
    return read_spec(
        {
            "openapi": "3.1.0",
            "info": {"title": "t", "version": "1"},
            "paths": {
                path: {"get": {"operationId": f"op{number}", **operation}}
                for number, path in enumerate(paths)
            },
        }
    )


@pytest.mark.parametrize(
    ("versioning", "spec", "messages"),
    [
        ({"in": "path", "versions": CURRENT}, spec_of("/v1/a", "/v2/a"), []),
        ({"versions": CURRENT}, spec_of("/a"), []),
        ({"in": "path", "versions": CURRENT}, spec_of("/v2/a", "/v3/a"), ["v3: in", "v1: no path"]),
        (HEADER, spec_of("/a"), []),
        (HEADER, spec_of("/a", values=("v0", "v1", "v2")), []),
        (HEADER, spec_of("/a", values=("v1", "v9")), ["v9: in", "v2: no value"]),
    ],
)
def test_versions_of_one_side_alone_are_named(
    versioning: Any, spec: Any, messages: list[str]
) -> None:
    facts = facts_from({"versioning": versioning})
    found = [message for _, message in find_version_contradictions(spec, facts)]
    assert len(found) == len(messages)
    assert all(map(str.startswith, found, messages)), found


def test_refusals_are_of_operations_where_the_version_is_no_part_of_the_path() -> None:
    spec = spec_of("/a", "/b")
    of_header = facts_from({"versioning": {**HEADER, "unknown": 400, "missing": {"serves": "v1"}}})
    listed = list(list_version_refusals(spec, of_header.versioning))
    assert [(fact, len(operations)) for fact, _, operations in listed] == [
        ("versioning.unknown", 2)
    ]
    of_path = facts_from({"versioning": {"in": "path", "versions": CURRENT, "unknown": 404}})
    assert list(list_version_refusals(spec, of_path.versioning)) == []
