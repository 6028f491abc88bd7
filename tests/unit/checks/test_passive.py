"""What the passive checks pass over, and what their pages do not show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.model.check import Check, PassiveResult
from apicheck.model.exchange import Caller, Direction, Exchange, Request, Response, Role
from apicheck.model.subject import RunContext, Subject, SubjectKind
from apicheck.model.verdict import Failure, NotApplicable
from apicheck.pages.setting import subject_of
from apicheck.registry import collect

CHECKS = collect(entry_points=False)
PROBLEM = ("Content-Type", "application/problem+json")
DO_NOT_SAY = (
    "auth/challenge",
    "conformance/media-label",
    "headers/banner",
    "headers/date",
    "headers/legal",
    "headers/singleton",
)
"""Checks that say so for each answer, not for the policy."""

ASK_NO_POLICY = (
    "conformance/response",
    "errors/leaks",
    "errors/unexpected-5xx",
    "headers/banner",
    "headers/legal",
    "versioning/sunset-order",
)
"""Checks that hold every answer against a document or a standard."""
DATE = ("Date", "Thu, 01 Jan 2026 00:00:00 GMT")


@dataclass
class Run:
    """A check reading exchanges of a made-up run."""

    check: Check
    context: RunContext
    exchanges: list[Exchange] = field(default_factory=list)

    def answered(
        self,
        status: int = 200,
        *headers: tuple[str, str],
        body: bytes = b"",
        at: float | None = None,
        **request: Any,
    ) -> Run:
        number = len(self.exchanges)
        asked = {"method": "GET", "path": "/contacts", "operation": "listContacts", **request}
        sent = number if at is None else at
        truncated = asked.pop("truncated", False)
        direction = asked.pop("direction", Direction.OUT)
        self.exchanges.append(
            Exchange(
                f"e{number}",
                Request(**asked),
                Response(status, headers, body, truncated=truncated),
                None,
                sent,
                sent + 0.1,
                Role.TABLE,
                direction=direction,
            )
        )
        return self

    def seen(self) -> tuple[PassiveResult, ...]:
        fold = self.check.fold
        assert fold is not None
        state = fold.start(self.context)
        for exchange in self.exchanges:
            state = fold.step(self.context, state, exchange)
        return fold.finish(self.context, state)

    def fails(self) -> list[tuple[str, str]]:
        found = [seen.judgement for seen in self.seen()]
        return [(fails.outcome, fails.detail) for fails in found if isinstance(fails, Failure)]


def run(check: str, facts: dict[str, Any] | None = None, **setting: Any) -> Run:
    declared = CHECKS[check]
    return Run(declared, subject_of(declared, {"facts": facts or {}, **setting}).context)


def rules(**rule: Any) -> dict[str, Any]:
    return {"responses": {"rule": rule}}


@pytest.mark.parametrize("check", sorted(name for name, c in CHECKS.items() if c.passive))
def test_a_policy_that_is_silent_observes_nothing(check: str) -> None:
    if check in ASK_NO_POLICY:
        return
    silent = run(check).answered(500, body=b"x").answered(direction=Direction.IN)
    assert silent.seen() == ()
    everything = Subject(SubjectKind.EXCHANGES, "*", silent.context)
    applies = CHECKS[check].applies(everything)
    assert isinstance(applies, NotApplicable) or check in DO_NOT_SAY


@pytest.mark.parametrize(
    ("status", "request_"), [(204, {}), (304, {}), (200, {"method": "HEAD"})], ids=str
)
def test_an_answer_without_a_body_has_no_container(status: int, request_: dict[str, str]) -> None:
    facts = rules(media="application/json", schema={"type": "object"})
    assert run("errors/envelope", facts).answered(status, **request_).seen() == ()


def test_a_body_too_long_to_keep_is_judged_by_its_media_type_alone() -> None:
    facts = rules(media="application/json", schema={"type": "object"})
    cut = run("errors/envelope", facts)
    cut.answered(
        200, ("Content-Type", "application/json; charset=utf-8"), body=b"{", truncated=True
    )
    assert [seen.judgement for seen in cut.seen()] == [None]
    only_schema = run("errors/envelope", rules(schema={"type": "object"}))
    assert only_schema.answered(200, body=b"{", truncated=True).seen() == ()


def test_a_container_of_invalid_utf_8_is_no_json() -> None:
    found = run("errors/envelope", rules(schema={"type": "object"})).answered(body=b"\xff{}")
    assert found.fails() == [("schema-mismatch", "")]


def test_a_finding_names_the_place_in_a_list_once() -> None:
    items = {"type": "array", "items": {"type": "object", "required": ["id"]}}
    many = run("errors/envelope", rules(schema=items))
    many.answered(body=b"[{}]").answered(body=b'[{"id": 1}, {}]')
    assert many.fails() == [("schema-mismatch", "/*")]
    assert many.seen()[0].count == 2


def test_members_that_repeat_a_header_are_compared_where_both_are_there() -> None:
    facts = rules(equal={"/id": "header:X-Id"})
    assert run("errors/members", facts).answered(body=b'{"id": "1"}').seen() == ()
    same = run("errors/members", facts).answered(200, ("x-id", "1"), body=b'{"id": "1"}')
    assert same.fails() == []
    other = run("errors/members", facts).answered(200, ("x-id", "2"), body=b'{"id": "1"}')
    assert other.fails() == [("differ", "/id")]


@pytest.mark.parametrize(
    ("rule", "value", "outcome"),
    [
        ({"optional": True, "pattern": "a+"}, None, ""),
        ({"optional": True, "pattern": "a+"}, "b", "wrong-value"),
        ({"pattern": "a+"}, "aab", "wrong-value"),
        ({"format": "uuid"}, "7e57d004-2b97-4e7a-b45f-5387367791cd", ""),
        ({"format": "uuid"}, "7e57d004", "wrong-value"),
        ({"format": "http-date"}, "2026-01-01", "wrong-value"),
        ({"format": "integer"}, "-12", ""),
        ({"format": "resolves"}, "/contacts/1", ""),
        ({"format": "uri"}, "/contacts/1", "wrong-value"),
        ({"unique": True}, None, ""),  # is for headers/request-id to say
        ({"unique": True, "format": "uuid"}, "1", "wrong-value"),
    ],
    ids=str,
)
def test_a_promised_field_is_judged_by_its_rule(
    rule: dict[str, Any], value: str | None, outcome: str
) -> None:
    one = run("headers/value", rules(headers={"X-Thing": rule}))
    one.answered(200, *([("x-thing", value)] if value is not None else []))
    assert one.fails() == ([(outcome, "X-Thing")] if outcome else [])


def test_a_field_on_two_lines_is_one_value() -> None:
    facts = rules(headers={"Vary": {"equals": "Accept, Origin"}})
    two = run("headers/value", facts).answered(200, ("Vary", "Accept"), ("Vary", "Origin"))
    assert two.fails() == []


def test_one_answer_read_twice_does_not_repeat_its_id() -> None:
    shared = run("headers/request-id", rules(headers={"X-Id": {"unique": True}}))
    shared.answered(200, ("X-Id", "1"))
    shared.exchanges *= 2
    assert shared.fails() == []


def test_ids_are_unique_over_operations_and_rules() -> None:
    facts = {
        "responses": {
            name: {"headers": {"X-Id": {"unique": True}}, "when": {"status": status}}
            for name, status in (("good", "2xx"), ("bad", "4xx"))
        }
    }
    both = run("headers/request-id", facts)
    both.answered(200, ("X-Id", "1")).answered(404, ("X-Id", "1"), operation="", path="/none")
    assert both.fails() == [("repeated", "X-Id")]


def test_an_undeclared_path_conforms_to_nothing() -> None:
    assert run("conformance/response").answered(404, operation="").seen() == ()


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, ""), (404, ""), (500, "undocumented-status")]
)
def test_a_status_may_be_documented_by_its_class(status: int, outcome: str) -> None:
    responses = {"200": {"description": "x"}, "4XX": {"description": "x"}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {"/contacts": {"get": {"operationId": "listContacts", "responses": responses}}},
    }
    one = run("conformance/response", document=document).answered(status, body=b"anything")
    assert [outcome for outcome, _ in one.fails()] == ([outcome] if outcome else [])


LIMITS = {
    "per": "token",
    "window": "60s",
    "headers": {"limit": "X-L", "remaining": "X-R", "reset": {"name": "X-T", "unit": "seconds"}},
    "refusal": {"status": 429, "retry_after": "any"},
    "buckets": {"general": {"limit": 100}},
}


def limited(remaining: object, reset: object = 30, limit: object = 100) -> list[tuple[str, str]]:
    return [("X-L", str(limit)), ("X-R", str(remaining)), ("X-T", str(reset)), DATE]


def ratelimit(check: str, **changes: Any) -> Run:
    return run(f"ratelimit/{check}", {"rate_limits": {**LIMITS, **changes}})


MINTED: dict[str, Any] = {"identity": "minted-1", "caller": Caller.AUTHENTICATED}


def test_limits_are_told_to_the_authenticated() -> None:
    for check in ("limit-header", "remaining", "reset", "retry-after"):
        assert ratelimit(check).answered(401).seen() == ()


def test_what_remains_may_stand_still_while_a_bucket_refills() -> None:
    slow = ratelimit("countdown")
    for number in range(20):
        slow.answered(200, *limited(99), at=number * 0.7, **MINTED)
    assert slow.fails() == []


def test_what_remains_must_fall_when_requests_are_faster_than_any_refill() -> None:
    fast = ratelimit("countdown")
    for number in range(20):
        fast.answered(200, *limited(99), at=number * 0.2, **MINTED)
    assert fast.fails() == [("stays", "X-R")]


def test_what_remains_is_not_judged_for_an_identity_that_others_may_use() -> None:
    fast = ratelimit("countdown")
    for number in range(20):
        fast.answered(
            200, *limited(99), at=number * 0.2, identity="admin", caller=Caller.AUTHENTICATED
        )
    assert fast.fails() == []


def test_concurrent_answers_come_in_any_order() -> None:
    burst = ratelimit("countdown")
    for remaining in (95, 99, 97, 96, 98):
        burst.answered(200, *limited(remaining), at=0.0, **MINTED)
    assert burst.fails() == []


@pytest.mark.parametrize(
    ("told", "outcomes"),
    [
        (limited(99), []),
        (limited(101), ["remaining wrong"]),
        (limited(-1), ["remaining malformed"]),
        (limited(99, 121), []),  # a sliding counter remembers two windows
        (limited(99, 123), ["reset wrong"]),
        (limited(99, limit="100, 100;w=60"), []),
        (limited(99, limit="1,00"), ["limit-header malformed"]),
        (limited(99, limit=101), ["limit-header differs"]),
        (limited("99.0"), ["remaining malformed"]),
    ],
)
def test_numbers_are_plain_and_within_bounds(
    told: list[tuple[str, str]], outcomes: list[str]
) -> None:
    found = [
        f"{check} {outcome}"
        for check in ("limit-header", "remaining", "reset")
        for outcome, _ in ratelimit(check).answered(200, *told, **MINTED).fails()
    ]
    assert found == outcomes


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("30", ""),
        ("Thu, 01 Jan 2026 00:00:30 GMT", ""),
        ("Wed, 31 Dec 2025 23:59:30 GMT", "too-short"),
        ("soon", "malformed"),
        ("1.5", "malformed"),
        ("-1", "malformed"),
        ("86400", "too-long"),
    ],
)
def test_retry_after_is_a_wait_in_reason(text: str, outcome: str) -> None:
    found = (
        ratelimit("retry-after").answered(429, *limited(0), ("Retry-After", text), **MINTED).fails()
    )
    assert [name for name, _ in found] == ([outcome] if outcome else [])


def test_somebody_elses_request_excuses_a_second_refusal() -> None:
    refused = [*limited(0), ("Retry-After", "5")]
    again = ratelimit("retry-after").answered(429, *refused, at=0, **MINTED)
    again.answered(200, *limited(0), at=6, **{**MINTED, "identity": "minted-2"})
    assert again.answered(429, *refused, at=7, **MINTED).fails() == []
    alone = ratelimit("retry-after").answered(429, *refused, at=0, **MINTED)
    assert alone.answered(429, *refused, at=7, **MINTED).fails() == [("too-short", "Retry-After")]


def test_of_refusals_at_once_the_longest_wait_holds() -> None:
    both = ratelimit("retry-after")
    for wait in ("5", "6", "5"):
        both.answered(429, *limited(0), ("Retry-After", wait), at=0, **MINTED)
    early = both.answered(429, *limited(0), ("Retry-After", "1"), at=6.05, **MINTED)
    assert early.fails() == []


def test_a_date_to_come_back_tells_no_wait_where_the_response_has_no_date() -> None:
    dated = ratelimit("retry-after")
    for moment in (0, 30):
        retry = ("Retry-After", "Thu, 01 Jan 2026 00:01:00 GMT")
        dated.answered(429, retry, at=moment, **MINTED)
    assert dated.fails() == []


LIFECYCLE = {
    "versioning": {
        "deprecations": [{"ops": "listContacts", "since": "2026-01-01", "successor": "getContact"}]
    }
}
LINK = ("Link", '</contacts/7>; rel="successor-version"')


def test_a_successor_is_found_by_its_path_template() -> None:
    one = run("versioning/links", LIFECYCLE)
    assert one.answered(200, LINK).fails() == []
    seen = one.seen()
    assert [(s.subject, s.exercised, s.judgement) for s in seen] == [("listContacts", 1, None)]


def test_errors_announce_nothing_unless_the_policy_says_so() -> None:
    assert run("versioning/deprecation", LIFECYCLE).answered(401).seen() == ()


def test_a_providers_own_field_stands_in_for_the_standard_ones() -> None:
    own = {
        "versioning": {
            "standard": "own",
            "deprecations": [{"ops": "listContacts", "headers": {"X-Gone": {"pattern": r"\d+"}}}],
        }
    }
    assert run("versioning/announcement", own).answered(200, ("X-Gone", "12")).fails() == []
    assert run("versioning/announcement", own).answered(200).fails() == [("absent", "X-Gone")]
    assert run("versioning/deprecation", own).answered(200).seen() == ()


EVERYTHING: dict[str, Any] = {
    "authentication": {"refusal": {"status": 401, "challenge": {"scheme": "Bearer"}}},
    "responses": {
        "all": {
            "media": "application/json",
            "schema": {"type": "object"},
            "equal": {"/status": "status", "/id": "header:X-Id"},
            "headers": {"X-Id": {"unique": True, "echo": "X-Id"}, "X-At": {"format": "http-date"}},
            "absent": ["X-Powered-*"],
        }
    },
    "rate_limits": LIMITS,
    **LIFECYCLE,
}
JUNK = st.text(st.characters(max_codepoint=255), max_size=20)
VALUES = st.one_of(
    JUNK,
    st.integers().map(str),
    st.sampled_from(
        ["@9999999999999999", "@-1", "Fri, 31 Dec 9999 23:59:60 GMT", "<", '<a>; rel="']
    ),
)
NAMES = st.sampled_from(
    ["X-Id", "X-At", "X-L", "X-R", "X-T", "Retry-After", "Date", "Deprecation", "Sunset", "Link"]
)
BODIES = st.one_of(st.binary(max_size=20), st.sampled_from([b"{}", b"[" * 3000, b'{"a":' * 3000]))


WORLD = run("errors/envelope", EVERYTHING).context
FIELDS = st.lists(st.tuples(NAMES, VALUES))
ANSWERS = st.lists(st.tuples(st.sampled_from([200, 204, 401, 429]), FIELDS, BODIES), max_size=4)


@pytest.mark.parametrize("check", sorted(name for name, c in CHECKS.items() if c.passive))
@settings(max_examples=60)
@given(answers=ANSWERS)
def test_whatever_a_target_answers_is_judged_and_never_raises(
    check: str, answers: list[tuple[int, list[tuple[str, str]], bytes]]
) -> None:
    hostile = Run(CHECKS[check], WORLD)
    for status, headers, body in answers:
        hostile.answered(status, *headers, body=body, headers=(("X-Id", "1"),), **MINTED)
    assert all(seen.exercised for seen in hostile.seen())


@pytest.mark.parametrize("check", ["conformance/response", "errors/envelope"])
def test_a_body_nested_beyond_measure_is_no_json(check: str) -> None:
    json_type = ("Content-Type", "application/json")
    deep = Run(CHECKS[check], WORLD).answered(200, json_type, body=b"[" * 200_000)
    assert [outcome for outcome, _ in deep.fails()] == ["schema-mismatch"]
