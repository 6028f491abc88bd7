"""Schedules of operations that count in several limits: honest limiters explain all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.checks.ratelimit import quota, recovery, schedule
from apicheck.generate.schedules import schedules
from apicheck.model.check import Check
from apicheck.model.exchange import Request
from apicheck.model.json import Json
from apicheck.model.subject import Case, Subject
from apicheck.model.verdict import Failure, Judgement
from apicheck.pages.setting import subject_of
from apicheck.run.property import shrink
from reference_server.state.limits import LIMITERS, Limiter, Options
from tests.unit.checks.ratelimit import playing

WINDOW = 60.0
OWN, BOTH = 4, 6
"""The limits of each operation of a token, and of both operations of a user."""
BUCKETS = {
    "reading": {"limit": OWN, "ops": "listContacts", "also": "both"},
    "writing": {"limit": OWN, "ops": "createContact", "also": "both"},
    "both": {"limit": BOTH, "ops": ["listContacts", "createContact"], "per": "user"},
}
CHECK = schedule.CHECK


def subject(**rates: object) -> Subject:
    facts = {"window": "60s", "refusal": 429, "buckets": BUCKETS, **rates}
    return subject_of(CHECK, {"facts": {"rate_limits": facts}, "subject": "reading"})


class Server:
    """Limits each operation of a token, and both operations of its user.

    charges: a request that the second limit refuses costs one of the first all the same. forgets:
    the second limit is not kept.
    """

    def __init__(self, name: str, *, charges: bool = False, forgets: bool = False) -> None:
        self._name, self._charges, self._forgets = name, charges, forgets
        self._limiters: dict[tuple[str, str], Limiter] = {}

    def __call__(self, request: Request, at: float) -> int:
        own = self._find(request.operation, request.identity)
        both = self._find("both", "the user of " + request.identity)
        if not own.ask(at, OWN, count=True).allowed:
            return 429
        if self._forgets or both.ask(at, BOTH, count=True).allowed:
            return 200
        if not self._charges:
            own.give_back()
        return 429

    def _find(self, *key: str) -> Limiter:
        return self._limiters.setdefault(key, LIMITERS[self._name](Options(WINDOW)))


def judge(
    value: Json, server: Callable[[Request, float], int], seed: int = 1, **rates: object
) -> Judgement:
    of = subject(**rates).with_case(Case("drawn 1", value, drawn=True))
    judgement: Judgement = playing.judge(CHECK, of, server, seed)
    return judgement


@pytest.mark.parametrize("charges", [False, True], ids=["gives back", "charges"])
@pytest.mark.parametrize("name", LIMITERS)
@settings(max_examples=25)
@given(value=schedules(subject()), seed=st.integers(0, 1000))
def test_honest_limiters_explain_any_schedule(
    *, name: str, charges: bool, value: Json, seed: int
) -> None:
    assert judge(value, Server(name, charges=charges), seed) is None


@pytest.mark.parametrize("name", LIMITERS)
def test_the_table_shows_a_further_limit_that_is_not_kept(name: str) -> None:
    of = subject()
    rows = CHECK.cases(of)
    assert [row.name for row in rows if "createContact" in row.name]
    honest = [playing.judge(CHECK, of.with_case(row), Server(name)) for row in rows]
    assert honest == [None] * len(rows)
    broken = [judge(row.value, Server(name, forgets=True)) for row in rows]
    assert "too-many" in {one.outcome for one in broken if isinstance(one, Failure)}


def test_a_refusal_that_no_limit_explains_is_found() -> None:
    honest, asked = Server("fixed"), 0

    def serve(request: Request, at: float) -> int:
        nonlocal asked
        asked += request.operation == "createContact"
        return 429 if asked == 1 and request.operation == "createContact" else honest(request, at)

    found = judge([{"send": 1}, {"send": 1, "op": 1}], serve)
    assert isinstance(found, Failure)
    assert found.outcome == "too-few"


def test_a_schedule_is_shortened_to_the_requests_that_show_the_defect() -> None:
    drawn: list[Json] = [
        {"after": 20, "send": 1, "who": 0, "op": 1},
        {"after": 150, "send": OWN, "who": 0, "op": 0},
        {"after": 2, "send": OWN + 1, "who": 0, "op": 1},
        {"after": 60, "send": 1, "who": 0, "op": 2},
    ]

    def fails(value: Json) -> bool:
        # By a clock, a window may have ended between any two bursts.
        server = Server("fixed", forgets=True)
        return isinstance(judge(value, server, algorithm="fixed"), Failure)

    assert fails(drawn)
    shortened = shrink(schedules(subject()), drawn, fails, max_examples=200)
    assert fails(shortened)
    assert isinstance(shortened, list)
    assert len(shortened) == 2


@pytest.mark.parametrize("check", [quota.CHECK, recovery.CHECK], ids=lambda check: check.title)
@pytest.mark.parametrize("seed", range(6))
def test_the_refusal_of_a_further_limit_is_not_taken_for_that_of_the_bucket(
    check: Check, seed: int
) -> None:
    # Others of the account use its limit up: no request of the run shows that.
    buckets = {
        "reading": {"limit": OWN, "ops": "listContacts", "also": "all"},
        "all": {
            "limit": 100,
            "window": "1h",
            "ops": ["listContacts", "getContact"],
            "per": "account",
        },
    }
    facts = {"window": "60s", "refusal": 429, "buckets": buckets}
    of = subject_of(check, {"facts": {"rate_limits": facts}, "subject": "reading"})
    server, asked = Server("fixed", forgets=True), 0

    def serve(request: Request, at: float) -> int:
        nonlocal asked
        asked += 1
        return 429 if asked > seed + 1 else server(request, at)

    assert not isinstance(playing.judge(check, of, serve, seed), Failure)


def test_one_too_few_is_found_where_a_further_limit_cannot_have_refused() -> None:
    buckets = {
        "reading": {"limit": 5, "ops": "listContacts", "also": "both"},
        "both": {"limit": 100, "ops": ["listContacts", "createContact"]},
    }
    facts = {"window": "60s", "refusal": 429, "buckets": buckets}
    of = subject_of(quota.CHECK, {"facts": {"rate_limits": facts}, "subject": "reading"})
    limiter = LIMITERS["fixed"](Options(WINDOW))

    def serve(_: Request, at: float) -> int:
        return 200 if limiter.ask(at, 4, count=True).allowed else 429

    found = playing.judge(quota.CHECK, of, serve)
    assert isinstance(found, Failure)
    assert found.outcome == "refused-early"
