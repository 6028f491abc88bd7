"""Versions of requests: named in each place, refused and served by the facts."""

from typing import Any

import pytest

NAMES = {
    "1": "supported",
    "2": "current",
    "0": "retired",
    "latest": {"serves": "2"},
}
DAYS = {"2026-01-01": "supported", "2026-06-01": "current"}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "get": {
                "operationId": "listNotes",
                "responses": {
                    "200": {
                        "description": "some",
                        "content": {"application/json": {"schema": {"type": "array"}}},
                    }
                },
            }
        }
    },
}


@pytest.fixture
def ask(drive: Any, made_up: Any) -> Any:
    """`ask(versioning, target, headers)`: status, and what names the version."""

    def send(versioning: Any, target: str = "/notes", **headers: str) -> tuple[int, str | None]:
        facts = {"versioning": {"echo": "Served", **versioning}}
        server = drive(made_up(facts, DOCUMENT))
        fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        response = server.send("GET", target, headers=fields)
        return response.status, response[facts["versioning"]["echo"]]

    return send


HEADER = {"in": "header", "name": "Version", "versions": NAMES, "unknown": 400, "retired": 410}


@pytest.mark.parametrize(
    ("named", "response"),
    [
        ("1", (200, "1")),
        ("2", (200, "2")),
        ("latest", (200, "2")),
        ("0", (410, None)),
        ("3", (400, None)),
        ("2x", (400, None)),
    ],
)
def test_a_header(ask: Any, named: str, response: Any) -> None:
    assert ask(HEADER, Version=named) == response


@pytest.mark.parametrize(
    ("more", "named", "response"),
    [
        ({}, None, (200, "2")),
        ({"missing": 428}, None, (428, None)),
        ({"missing": {"serves": "1"}}, None, (200, "1")),
        ({"future": 404}, "7", (404, None)),
        ({"future": {"serves": "2"}}, "7", (200, "2")),
        ({"malformed": 422}, "x", (422, None)),
        (
            {"versions": {"0": {"state": "retired", "answer": 403}, "2": "current"}},
            "0",
            (403, None),
        ),
        ({"unknown": None}, "7", (200, "2")),
    ],
)
def test_what_names_no_version_is_treated_as_the_policy_says(
    ask: Any, more: Any, named: str | None, response: Any
) -> None:
    versioning = {key: value for key, value in {**HEADER, **more}.items() if value is not None}
    assert ask(versioning, **({} if named is None else {"Version": named})) == response


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("2026-01-01", 200),
        ("2026-01-02", 400),
        ("2025-12-31", 400),
        ("2026-06-02", 404),
        ("2026-02-30", 422),
        ("20260101", 422),
    ],
)
def test_days_are_compared_as_days(ask: Any, named: str, kind: int) -> None:
    facts = {**HEADER, "versions": DAYS, "future": 404, "malformed": 422}
    assert ask(facts, Version=named)[0] == kind


def test_a_parameter_of_the_query(ask: Any) -> None:
    facts = {**HEADER, "in": "query", "name": "v"}
    assert ask(facts, "/notes?v=1") == (200, "1")
    assert ask(facts, "/notes?v=9") == (400, None)


@pytest.mark.parametrize(
    ("accept", "response"),
    [
        ("application/vnd.n.v1+json", (200, "application/vnd.n.v1+json")),
        ("text/html, APPLICATION/VND.N.V2+JSON;q=0.5", (200, "application/vnd.n.v2+json")),
        ("application/vnd.n.v3+json", (406, "application/json")),
        ("*/*", (200, "application/vnd.n.v2+json")),
    ],
)
def test_the_media_type(ask: Any, accept: str, response: Any) -> None:
    form = "application/vnd.n.v{version}+json"
    of_place = {"in": "media", "form": form, "echo": "Content-Type"}
    facts = {"versions": NAMES, "unknown": 406, **of_place}
    assert ask(facts, Accept=accept) == response


@pytest.mark.parametrize(
    ("path", "response"),
    [
        ("/v2/contacts", (401, None)),
        ("/latest/contacts", (401, None)),
        ("/v1/contacts", (401, None)),
        ("/contacts", (404, None)),
        ("/v3/contacts", (404, None)),
        ("/V2/contacts", (404, None)),
        ("/v2x/contacts", (404, None)),
        ("/beta/contacts", (410, None)),
        ("/beta/anything", (410, None)),
        ("/preview/nothing", (404, None)),
        ("/latest/nothing", (404, None)),
        ("/.well-known/jwks.json", (200, None)),
    ],
)
def test_the_path(canonical: Any, path: str, response: Any) -> None:
    sent = canonical.send("GET", path)
    assert (sent.status, sent["API-Version"]) == response


def test_another_name_is_served_as_its_version(canonical: Any) -> None:
    token = canonical.admin.token
    for path, version in (("/latest/contacts", "v2"), ("/v1/contacts", "v1")):
        sent = canonical.send("GET", path, token=token)
        assert (sent.status, sent["API-Version"]) == (200, version)


def test_a_name_that_is_redirected_leads_to_the_same_path(canonical: Any) -> None:
    sent = canonical.send("GET", "/preview/contacts/1")
    assert (sent.status, sent["Location"]) == (308, "/v2/contacts/1")
    assert sent["API-Version"] is None


CONFLICT = {**HEADER, "conflict": 400, "vary": True}
ALSO = {**CONFLICT, "also": "Also"}


@pytest.mark.parametrize(
    ("versioning", "fields", "response"),
    [
        (CONFLICT, [("Version", "2"), ("Version", "1")], (400, ("Version",))),
        (CONFLICT, [("Version", "2"), ("Version", "2")], (200, ("Version",))),
        (ALSO, [("Version", "2"), ("Also", "1")], (400, ("Version", "Also"))),
        (ALSO, [("Version", "latest"), ("Also", "2")], (200, ("Version", "Also"))),
        (HEADER, [("Version", "2"), ("Version", "1")], (200, ())),
    ],
)
def test_two_versions_that_differ_are_refused_where_that_is_promised(
    drive: Any, made_up: Any, versioning: Any, fields: Any, response: Any
) -> None:
    came = drive(made_up({"versioning": versioning}, DOCUMENT)).send(
        "GET", "/notes", headers=tuple(fields)
    )
    assert (came.status, came.all("Vary")) == response


def test_a_parameter_that_comes_twice_names_two_versions(ask: Any) -> None:
    facts = {**HEADER, "in": "query", "name": "v", "conflict": 400}
    assert ask(facts, "/notes?v=1&v=2") == (400, None)
    assert ask(facts, "/notes?v=2&v=2") == (200, "2")
