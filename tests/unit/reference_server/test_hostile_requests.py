"""Whatever is sent, the server answers as documented and never fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SETTINGS = settings(
    max_examples=80,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=30)
PATHS = ["/v2/contacts", "/v2/contacts/con_1", "/v2/messages", "/v2/webhooks", "/oauth/token"]
MEMBERS = ["email", "first_name", "tags", "subscribed", "contact_id", "url", "events", "grant_type"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@SETTINGS
@given(
    method=st.sampled_from(["GET", "POST", "PATCH", "DELETE", "HEAD", "TRACE"]),
    path=st.sampled_from(PATHS),
    query=st.sampled_from(["", "?limit=%00", "?%ff=%fe", "?cursor=-1&limit=1", "?=&&;", "?limit"]),
    media=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "a", ""]),
    body=st.binary(max_size=80) | st.builds(
        lambda value: json.dumps(value).encode(), st.dictionaries(st.sampled_from(MEMBERS), VALUES)
    ),
    field=st.sampled_from(["X-Correlation-Id", "Cookie", "Authorization", "Content-Type"]),
    text=TEXT,
)  # fmt: skip
def test_nothing_makes_the_server_fail(canonical: Any, field: str, text: str, **sent: Any) -> None:
    headers = [("Authorization", f"Bearer {canonical.admin.token}"), (field, text)]
    headers.append(("Content-Type", sent["media"]))
    target = sent["path"] + sent["query"]
    answer = canonical.send(sent["method"], target, headers=headers, body=sent["body"])
    assert answer.status < 500, (sent, answer)
    if "json" in (answer["Content-Type"] or "") and sent["method"] != "HEAD":
        json.loads(answer.content, parse_constant=pytest.fail)


@SETTINGS
@given(value=st.dictionaries(st.sampled_from(["userId", "attributes", "firstName"]), VALUES))
def test_what_was_accepted_can_be_answered(webengage: Any, value: dict[str, Any]) -> None:
    sent = webengage.request("trackUser")
    answer = webengage.send(
        "POST",
        sent.path,
        token=webengage.admin.token,
        headers=sent.headers,
        body=json.dumps(value).encode(),
    )
    assert answer.status in (201, 400)


FOREIGN = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "components": {
        "securitySchemes": {
            "oauth": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {"r": "", "w": ""}}},
            }
        }
    },
    "security": [{"oauth": ["r"]}],
    "paths": {
        "/notes": {
            "post": {
                "operationId": "write",
                "security": [{"oauth": ["r"]}],
                "responses": {
                    "201": {
                        "description": ".",
                        "content": {"application/json": {"example": {"id": 7}}},
                        "links": {
                            "read": {
                                "operationId": "read",
                                "parameters": {"noteId": "$response.body#/id"},
                            }
                        },
                    }
                },
            }
        },
        "/notes/{noteId}": {
            "parameters": [
                {"name": "noteId", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {"operationId": "read", "responses": {"200": {"description": "."}}},
            "put": {"operationId": "change", "responses": {"200": {"description": "."}}},
        },
    },
}


@pytest.fixture
def notes(drive: Callable[[Any], Any], made_up: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **authorization: drive(made_up({"authorization": authorization}, FOREIGN))


def test_an_object_of_another_user_is_refused_where_the_policy_says_so(
    notes: Callable[..., Any],
) -> None:
    driver = notes(absent=404, foreign={"user": {"status": 403, "ops": ["write", "change"]}})
    path = driver.send("POST", "/notes", token=driver.admin.token)["Location"]
    other = driver.control("POST", "/identities", {"user": "somebody"}).json["token"]
    statuses = [driver.send(method, path, token=other).status for method in ("GET", "PUT")]
    assert statuses == [200, 403]
    assert driver.send("PUT", path, token=driver.admin.token).status == 200


def test_ids_that_are_numbers_never_repeat(notes: Callable[..., Any]) -> None:
    driver = notes(absent=404)
    made = [driver.send("POST", "/notes", token=driver.admin.token).json["id"] for _ in range(5)]
    assert len(set(made)) == 5
    assert all(isinstance(one, int) for one in made)


def test_where_scopes_must_be_exact_one_more_is_refused_too(notes: Callable[..., Any]) -> None:
    driver = notes(needs="exact")
    tokens = [
        driver.control("POST", "/identities", {"scopes": scopes}).json["token"]
        for scopes in (["r"], ["r", "w"], [])
    ]
    assert [driver.send("POST", "/notes", token=t).status for t in tokens] == [201, 403, 403]
