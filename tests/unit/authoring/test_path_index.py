"""Operations by path."""

from __future__ import annotations

import pytest

from apicheck.authoring.path_index import index_paths
from apicheck.load import read_spec

PATHS = ("/things", "/things/{id}", "/things/mine", "/things/{id}/parts", "/other")


def operation(path: str) -> object:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    places = [{"name": n, "in": "path", "required": True, "schema": {}} for n in names]
    return {"get": {"operationId": path, "parameters": places, "responses": {}}}


INFO = {"title": "t", "version": "1"}
INDEX = index_paths(
    read_spec({"openapi": "3.1.0", "info": INFO, "paths": {p: operation(p) for p in PATHS}})
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/things/mine", {"/things/mine", "/things/{id}"}),
        ("/things/{other}", {"/things/mine", "/things/{id}"}),
        ("/things/7/parts", {"/things/{id}/parts"}),
        ("/things/7/", set()),
        ("/nothing", set()),
    ],
)
def test_templates_that_may_be_of_the_same_path_overlap(path: str, found: set[str]) -> None:
    assert {one.id for one in INDEX.find_overlapping(path)} == found


def test_a_collection_is_what_a_parameter_follows() -> None:
    assert INDEX.has_items("/things")
    assert not any(map(INDEX.has_items, ("/things/{id}", "/other", "/nothing", "/thing")))


def test_operations_are_found_by_their_path() -> None:
    assert [one.id for one in INDEX.by_path["/things/{id}"]] == ["/things/{id}"]
