"""A version is read, put in, and taken out, in each place of a request."""

from __future__ import annotations

from typing import Any

import pytest

from apicheck.load import facts_from, read_spec
from apicheck.model.exchange import Request
from apicheck.model.subject import RunContext
from apicheck.requests.versions import Versions, find_versions, with_current_version

NAMES = {"v1": "supported", "v2": "current", "v0": "retired", "latest": {"serves": "v2"}}
VENDOR = "application/vnd.notes.{version}+json"


def context(versioning: Any, *paths: str, parameters: Any = (), oauth: Any = None) -> RunContext:
    operation = {"parameters": list(parameters), "responses": {"200": {"description": "."}}}
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            path: {"get": {"operationId": f"op{number}", **operation}}
            for number, path in enumerate(paths)
        },
    }
    facts = {"versioning": versioning} if versioning else {}
    facts |= {"oauth": oauth} if oauth else {}
    return RunContext(read_spec(document), facts_from(facts), {}, {}, {})


def versions(versioning: Any, *paths: str, **more: Any) -> Versions | None:
    return find_versions(context(versioning, *paths, **more))


def known(versioning: Any, *paths: str) -> Versions:
    found = versions({"versions": NAMES, **versioning}, *paths)
    assert found is not None
    return found


def request(path: str = "/notes", accept: str = "", **more: Any) -> Request:
    headers = (("Accept", accept),) if accept else ()
    return Request("GET", path, headers=headers, operation="op0", **more)


def test_a_segment_of_the_path() -> None:
    found = known({"in": "path"}, "/api/v2/notes")
    before = request("/api/v2/notes")
    assert found.read(before) == "v2"
    other, without = found.put(before, "v 3"), found.put(before, None)
    assert other is not None
    assert without is not None
    assert (other.path, without.path) == ("/api/v%203/notes", "/api/notes")
    assert (other.operation, without.operation) == ("", "")
    assert found.read(other) is None
    assert found.put(without, "v2") is None


def test_a_word_of_the_path_that_is_another_name_as_well_is_no_version() -> None:
    assert known({"in": "path"}, "/v2/notes").read(request("/releases/latest")) is None


@pytest.mark.parametrize(
    ("versioning", "before", "header"),
    [
        ({"in": "header", "name": "X-Version"}, "", "x-version: v1"),
        ({"in": "header", "name": "X-Version", "form": "n/{version}"}, "", "x-version: n/v1"),
        ({"in": "media", "form": VENDOR}, "", "accept: application/vnd.notes.v1+json"),
        ({"in": "media", "name": "v"}, "text/csv, a/b", "accept: text/csv;v=v1"),
        ({"in": "media", "name": "v"}, "", "accept: application/json;v=v1"),
    ],
)
def test_a_field_of_the_header(versioning: Any, before: str, header: str) -> None:
    found = known(versioning, "/notes")
    assert found.read(request(accept=before)) is None
    put = found.put(request(accept=before), "v1")
    assert put is not None
    assert [f"{name.lower()}: {value}" for name, value in put.headers] == [header]
    assert found.read(put) == "v1"
    assert put.operation == "op0"
    without = found.put(put, None)
    assert without is not None
    assert found.read(without) is None


def test_a_parameter_of_the_query() -> None:
    found = known({"in": "query", "name": "v"}, "/notes")
    before = request(query=(("v", "v2"), ("page", "1")))
    assert found.read(before) == "v2"
    put, without = found.put(before, "v1"), found.put(before, None)
    assert put is not None
    assert without is not None
    assert put.query == (("page", "1"), ("v", "v1"))
    assert without.query == (("page", "1"),)


@pytest.mark.parametrize(
    ("value", "version"),
    [
        ("application/vnd.notes.v1.5+json", "v1.5"),
        ("text/html, APPLICATION/VND.NOTES.v2+JSON;q=0.5", "v2"),
        ("application/json", None),
    ],
)
def test_a_media_type_is_found_among_others_in_any_case(value: str, version: str | None) -> None:
    assert known({"in": "media", "form": VENDOR}, "/notes").read_field(value) == version


def test_the_document_shows_versions_where_the_policy_lists_none() -> None:
    found = versions({"unknown": 404}, "/v1/notes", "/v2/notes", "/videos")
    assert found is not None
    assert (found.place, tuple(found.known), found.current) == ("path", ("v1", "v2"), "v2")
    one = {"name": "Ver", "in": "header", "schema": {"enum": ["1", "2"]}}
    other = versions({"in": "header", "name": "ver"}, "/notes", parameters=(one,))
    assert other is not None
    assert tuple(other.known) == ("1", "2")


@pytest.mark.parametrize(
    ("versioning", "path"),
    [(None, "/v1/notes"), ({"unknown": 404}, "/notes"), ({"versions": {"v3": "current"}}, "/v1/a")],
)
def test_an_api_may_have_no_versions(versioning: Any, path: str) -> None:
    assert versions(versioning, path) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), (("X", "v2"),)),
        ((("x", "v1"),), (("x", "v1"),)),
        ((("X", "v0"),), (("X", "v2"),)),
        ((("X", "7"),), (("X", "v2"),)),
    ],
)
def test_a_request_names_the_current_version_unless_it_names_one_that_is_served(
    before: Any, after: Any
) -> None:
    facts = context({"in": "header", "name": "X", "versions": NAMES}, "/notes")
    sent = Request("GET", "/notes", headers=before, operation="op0")
    assert with_current_version(facts, sent).headers == after


@pytest.mark.parametrize(
    "facts",
    [
        context(None, "/notes"),
        context({"in": "path", "versions": NAMES}, "/v2/notes"),
        context({"in": "header", "name": "X"}, "/notes"),
        context({"in": "header", "name": "X", "versions": NAMES}, "/notes", oauth={"token": "op0"}),
    ],
)
def test_some_requests_name_no_version(facts: RunContext) -> None:
    assert with_current_version(facts, request()) == request()


def test_a_file_is_not_asked_for_as_json() -> None:
    facts = context({"in": "media", "form": VENDOR, "versions": NAMES}, "/notes")
    assert with_current_version(facts, request(accept="text/csv")) == request(accept="text/csv")
    put = with_current_version(facts, request(accept="application/json"))
    assert put.headers == (("Accept", "application/vnd.notes.v2+json"),)
