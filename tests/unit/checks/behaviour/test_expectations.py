"""What a step may expect of its response."""

from typing import Any

import pytest

from apicheck.authoring import (
    Exchange,
    Failure,
    Request,
    Response,
    Role,
)
from apicheck.authoring.facts import Example
from apicheck.checks.behaviour._expectations import judge_step, matches
from apicheck.checks.behaviour.example import CHECK
from apicheck.pages.setting import subject_of

CLAUSE = {"example": [{"id": "read", "operation": "getContact"}]}
WORLD = subject_of(CHECK, {"clause": CLAUSE}).context
BODY = b'{"id": "c1", "at": "2026-11-02T09:30:00Z", "tags": [{"n": 1, "w": "a"}, {"n": 2}]}'


def outcome(expect: dict[str, Any], body: bytes = BODY, **fields: str) -> str:
    headers = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    exchange = Exchange(
        "e1", Request("GET", "/contacts/c1"), Response(200, headers, body), None, 0, 0, Role.TABLE
    )
    fails = judge_step(WORLD, Example("read", "getContact", "", {}, expect), {"read": exchange})
    assert fails is None or isinstance(fails, Failure)
    assert fails is None or (fails.detail == "read" and "step read" in str(fails.expected))
    return fails.outcome if fails else ""


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ({}, ""),
        ({"status": [200, 204]}, ""),
        ({"status": 404}, "unexpected-status"),
        ({"headers": {"x-id": "c1"}}, ""),
        ({"headers": {"X-Id": "$response.body#/id"}}, ""),
        ({"headers": {"X-Id": "c2"}}, "unexpected-header"),
        ({"headers": {"X-Id": {"pattern": "c\\d"}}}, ""),
        ({"headers": {"X-Id": {"pattern": "c"}}}, "unexpected-header"),
        ({"headers": {"X-Id": {}}}, ""),
        ({"headers": {"X-Gone": {}}}, "unexpected-header"),
        ({"headers": {"X-Gone": "never"}}, ""),
        ({"headers": {"X-Id": "never"}}, "unexpected-header"),
        ({"contains": {"/tags": {"n": 1}}}, ""),
        ({"contains": {"/tags": {"n": 2, "w": "a"}}}, "unexpected-body"),
        ({"contains": {"/none": {"n": 1}}}, "unexpected-body"),
        ({"lacks": {"/tags": {"n": 3}}}, ""),
        ({"lacks": {"/tags": {"n": 2}}}, "unexpected-body"),
        ({"lacks": {"/none": {"n": 2}}}, "unexpected-body"),
        ({"absent": ["/secret", "/tags/2"]}, ""),
        ({"absent": ["/tags/0"]}, "unexpected-body"),
        ({"schema": {"properties": {"tags": {"maxItems": 2}}}}, ""),
        ({"schema": {"required": ["secret"]}}, "unexpected-body"),
        ({"body": {"id": "$steps.other.response.body#/id"}}, "unexpected-body"),
    ],
    ids=str,
)
def test_each_expectation_is_judged_by_itself(expect: dict[str, Any], found: str) -> None:
    assert outcome(expect, X_Id="c1") == found


def test_a_value_that_the_target_sends_is_not_a_regular_expression() -> None:
    expect = {"headers": {"X-Id": {"pattern": "id {$response.body#/id}"}}}
    assert outcome(expect, b'{"id": "(c+"}', X_Id="id (c+") == ""
    assert outcome(expect, b'{"id": ".*"}', X_Id="id c1") == "unexpected-header"


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"null"])
def test_a_body_without_members_is_unexpected(body: bytes) -> None:
    assert outcome({"body": {"id": "c1"}}, body) == "unexpected-body"


@pytest.mark.parametrize(
    ("actual", "expected", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        ("2026-11-02T10:30:00+01:00", "2026-11-02T09:30:00.000Z", True),
        ("2026-11-02T09:30:01Z", "2026-11-02T09:30:00Z", False),
        ("2026-11-02", "2026-11-02T00:00:00Z", False),
        ("2026-99-99T00:00:00Z", "2026-99-99T00:00:00Z", True),
        ("2026-99-99T00:00:00Z", "2026-99-98T00:00:00Z", False),
        ([1, 2], [1], False),
        ({"a": None}, {"a": None}, True),
        ({}, {"a": None}, False),
    ],
)
def test_numbers_are_equal_by_value_and_date_times_by_the_instant(
    actual: Any, expected: Any, *, same: bool
) -> None:
    assert matches(actual, expected) is same
