"""Formats that a policy promises: dates, changes, additions, repetitions, and what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest


@pytest.fixture
def capsule(drive: Callable[[str], Any]) -> Any:
    return drive("capsule")


def test_a_repeated_key_gets_the_first_response_for_a_day(canonical: Any) -> None:
    contact = canonical.create("createContact")
    message = {"contact_id": contact, "channel": "email", "subject": "Hi", "body": "Hello"}

    def send(body: str = "Hello") -> Any:
        return canonical.send(
            "POST",
            "/v2/messages",
            token=canonical.admin.token,
            value={**message, "body": body},
            headers=(("Idempotency-Key", "k1"),),
        )

    first, again = send(), send()
    assert first.status == again.status == 201
    assert first.json["id"] == again.json["id"]
    assert first["x-request-id"] != again["x-request-id"]
    assert send("Bye").status == 422
    canonical.control("POST", "/clock", {"advance": 86_401})
    assert send("Bye").json["id"] != first.json["id"]


def test_a_page_is_linked_in_its_field(capsule: Any) -> None:
    for _ in range(3):
        capsule.create("createParty")
    token = capsule.admin.token
    page = capsule.send("GET", "/api/v2/parties?perPage=2", token=token)
    assert 'page=2>; rel="next"' in (page["link"] or "")
    last = capsule.send("GET", "/api/v2/parties?perPage=2&page=2", token=token)
    assert "next" not in (last["link"] or "")
    assert 'page=1>; rel="prev"' in (last["link"] or "")


def test_a_list_since_a_moment_leaves_out_what_is_older(capsule: Any) -> None:
    party = int(capsule.create("createParty"))
    capsule.control("POST", "/clock", {"advance": 7200})
    kept = int(capsule.create("createParty"))
    token = capsule.admin.token
    shown = capsule.send("GET", f"/api/v2/parties/{kept}", token=token).json["party"]
    since = shown["updatedAt"]
    listed = capsule.send("GET", f"/api/v2/parties?since={since}", token=token).json["parties"]
    assert [one["id"] for one in listed] == [kept]
    assert party != kept


def test_what_was_deleted_is_listed_with_its_time(capsule: Any) -> None:
    party, token = capsule.create("createParty"), capsule.admin.token
    path = "/api/v2/parties/deleted?since=2026-01-01T00:00:00Z"
    assert capsule.send("GET", path, token=token).json == {"deleted": []}
    assert capsule.send("DELETE", f"/api/v2/parties/{party}", token=token).status == 204
    (one,) = capsule.send("GET", path, token=token).json["deleted"]
    assert one["id"] == int(party)


def test_a_member_is_added_where_it_is_asked_for(capsule: Any) -> None:
    party, token = capsule.create("createParty"), capsule.admin.token
    path = f"/api/v2/parties/{party}"
    assert "tags" not in capsule.send("GET", path, token=token).json["party"]
    shown = capsule.send("GET", f"{path}?embed=tags", token=token).json["party"]
    assert shown["tags"] == []
    assert "fields" not in shown


def test_xml_is_written_where_it_is_asked_for_but_not_for_errors(webengage: Any) -> None:
    token = webengage.admin.token
    shown = webengage.send("GET", "/v1/survey/response/47k1f9b?format=xml", token=token)
    assert shown["content-type"] == "application/xml"
    assert ET.fromstring(shown.content).findtext("data/id") == "47k1f9b"
    refused = webengage.send("GET", "/v1/survey/response/47k1f9b?format=xml")
    assert (refused.status, refused["content-type"]) == (401, "application/json")
