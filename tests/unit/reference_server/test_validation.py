"""The server treats odd requests as the facts of its policy have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from apicheck.scaffold.facts import read_schema
from reference_server.policy import _FALLBACKS

DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "get": {"operationId": "list", "responses": {"200": {"description": "."}}},
            "post": {
                "operationId": "create",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "additionalProperties": False,
                                "properties": {"on": {"type": "string", "format": "date"}},
                            }
                        }
                    },
                },
                "responses": {"201": {"description": "."}},
            },
        }
    },
}


@pytest.fixture
def status(
    drive: Callable[[Any], Any], made_up: Callable[..., Any]
) -> Callable[..., tuple[int, str | None]]:
    """What a server with some facts answers: the status and Allow."""

    def asked(facts: Any, method: str, target: str, **sent: Any) -> tuple[int, str | None]:
        answer = drive(made_up({"requests": facts}, DOCUMENT)).send(method, target, **sent)
        return answer.status, answer["Allow"]

    return asked


@pytest.mark.parametrize(
    ("facts", "method", "target", "expected"),
    [
        ({}, "GET", "/notes/", 404),
        ({"trailing_slash": "ignored"}, "GET", "/notes/", 200),
        ({"trailing_slash": 410}, "GET", "/notes/", 410),
        ({"unknown_path": 400}, "GET", "/nothing", 400),
        ({}, "GET", "/notes?x=1", 200),
        ({"unknown_query": "ignored"}, "GET", "/notes?x=1", 200),
        ({"unknown_query": 400}, "GET", "/notes?x=1", 400),
        ({}, "HEAD", "/notes", 200),
        ({"head": "as-get"}, "HEAD", "/notes", 200),
    ],
)
def test_an_odd_request_is_answered_as_promised(
    status: Callable[..., tuple[int, str | None]],
    facts: Any,
    method: str,
    target: str,
    expected: int,
) -> None:
    assert status(facts, method, target)[0] == expected


def test_head_is_refused_where_that_is_promised_and_is_not_allowed_then(
    status: Callable[..., tuple[int, str | None]],
) -> None:
    assert status({"head": 405}, "HEAD", "/notes") == (405, "GET, POST")


@pytest.mark.parametrize(
    ("facts", "value", "expected"),
    [
        ({"schema": 422}, {"x": 1}, 422),
        ({"schema": 422, "unknown_field": "ignored"}, {"x": 1}, 201),
        ({"schema": 422, "unknown_field": 400}, {"x": 1}, 400),
        ({"schema": 422}, {"on": "tomorrow"}, 422),
        ({"schema": 422, "format": 409}, {"on": "tomorrow"}, 409),
        ({"syntax": 400}, {"on": [[[]] * 1]}, 422),
    ],
)
def test_an_odd_body_is_answered_as_promised(
    status: Callable[..., tuple[int, str | None]], facts: Any, value: Any, expected: int
) -> None:
    assert status(facts, "POST", "/notes", value=value)[0] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"media": 415, "missing_media": 400}, 400),
        ({"media": 409}, 409),
        ({}, 415),
    ],
)
def test_a_body_without_content_type_is_refused_as_promised_of_it_or_of_other_media_types(
    status: Callable[..., tuple[int, str | None]], facts: Any, expected: int
) -> None:
    assert status(facts, "POST", "/notes", body=b"{}")[0] == expected


def test_every_kind_of_request_that_a_policy_may_name_has_a_usual_status() -> None:
    """Without one, a policy that names no status of the kind would get 400 for it."""
    kinds = set(read_schema()["$defs"]["facts"]["properties"]["requests"]["properties"])
    renamed, never_refused = {"failure": "internal"}, {"method_override", "user_agent"}
    assert {renamed.get(kind, kind) for kind in kinds - never_refused} <= set(_FALLBACKS)


def test_a_body_may_be_as_long_as_is_promised_and_no_longer(
    status: Callable[..., tuple[int, str | None]],
) -> None:
    facts = {"too_large": {"over": 20, "status": 413}}
    headers = [("Content-Type", "application/json")]
    at_the_limit, over_it = b"{}".ljust(20), b"{}".ljust(21)
    assert status(facts, "POST", "/notes", body=at_the_limit, headers=headers)[0] == 201
    assert status(facts, "POST", "/notes", body=over_it, headers=headers)[0] == 413


def test_a_body_that_is_nested_too_deeply_is_refused(
    status: Callable[..., tuple[int, str | None]],
) -> None:
    body = b'{"on": ' + b"[" * 400 + b"]" * 400 + b"}"
    headers = [("Content-Type", "application/json")]
    assert status({"syntax": 400}, "POST", "/notes", body=body, headers=headers)[0] == 400
