import json
from typing import Any

import pytest

from apicheck.model.exchange import Exchange, Request, Response, Role
from apicheck.requests.identifiers import collection_of, identifier_of


def answered(body: Any, location: str = "") -> Exchange:
    headers = (("Location", location),) if location else ()
    content = b"<html>" if body is None else json.dumps(body).encode()
    response = Response(201, headers, content)
    return Exchange("1", Request("POST", "/x"), response, None, 0, 0, Role.SETUP)


@pytest.mark.parametrize(
    ("path", "parameter", "collection"),
    [
        ("/things/{id}", "id", "/things"),
        ("/v1/things/{thing_id}/", "thing_id", "/v1/things"),
        ("/things/{id}/parts/{part}", "part", "/things/{id}/parts"),
        ("/things/{id}/archive", "id", "/things"),
        ("/files/{name}.json", "name", None),
        ("/{tenant}", "tenant", None),
        ("/pairs/{a}/{b}", "b", None),
        ("/things", "id", None),
    ],
)
def test_the_collection_of_a_parameter_is_the_path_before_it(
    path: str, parameter: str, collection: str | None
) -> None:
    assert collection_of(path, parameter) == collection


@pytest.mark.parametrize(
    ("parameter", "body", "found"),
    [
        ("id", {"id": 7}, "7"),
        ("contactId", {"id": "r1", "contact_id": "c1"}, "c1"),
        ("contactId", {"id": "c1"}, "c1"),
        ("contact_id", {"_id": "c1"}, "c1"),
        ("contact", {"uuid": "c1"}, "c1"),
        ("id", {"status": "ok", "data": {"id": "c1"}}, "c1"),
        ("id", {"contact": {"id": "c1"}, "links": {"self": "/"}}, "c1"),
        ("id", [{"id": "c1"}, {"id": "c2"}], "c1"),
        ("id", {"total": 2, "results": [{"id": "c1"}]}, "c1"),
        ("email", {"id": "c1", "email": "a@example.com"}, "a@example.com"),
        ("contactSlug", {"id": 4, "slug": "ada"}, "ada"),
    ],
)
def test_an_id_is_found_where_answers_usually_have_it(
    parameter: str, body: Any, found: str
) -> None:
    assert identifier_of(answered(body), parameter, "/contacts") == found


@pytest.mark.parametrize(
    ("parameter", "body"),
    [
        ("email", {"id": "c1"}),
        ("id", {"id": None}),
        ("id", {"id": True}),
        ("id", {"id": ""}),
        ("id", {"id": {"deep": 1}}),
        ("id", {"owner": {"id": "u1"}, "tag": {"id": "t1"}}),
        ("id", []),
        ("id", "text"),
        ("id", None),
    ],
)
def test_what_may_be_something_else_is_no_id(parameter: str, body: Any) -> None:
    assert identifier_of(answered(body), parameter, "/contacts") is None


def test_a_location_names_the_new_object_when_the_body_does_not() -> None:
    at = "https://example.com/v1/contacts/c%201/"
    assert identifier_of(answered(None, at), "id", "/v1/contacts/") == "c 1"
    assert identifier_of(answered({"id": "b"}, at), "id", "/v1/contacts/") == "b"


def test_a_location_elsewhere_names_nothing() -> None:
    assert identifier_of(answered(None, "/jobs/7"), "id", "/contacts") is None
    assert identifier_of(answered(None, "/contacts"), "id", "/contacts") is None
