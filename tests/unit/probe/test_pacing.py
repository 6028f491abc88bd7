from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.model.exchange import Credential, Exchange, Request, Role
from apicheck.model.plan import Plan
from apicheck.model.step import Send
from apicheck.model.target import Limit, Target
from apicheck.model.verdict import NotTestedKind
from apicheck.probe import Session
from apicheck.probe.budget import Budget
from apicheck.probe.clock import TargetClock
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.pacing import Pacer

PlanFor = Callable[..., Plan]
FACTS = {
    "rate_limits": {
        "per": "token",
        "window": "10s",
        "refusal": 429,
        "buckets": {"general": {"limit": 3}},
    }
}
REQUEST = Request("GET", "/things", operation="listThings", identity="admin")


class FakeTime:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pacer_of(plan: Plan, clock: TargetClock, budget: Budget | None = None) -> Pacer:
    return Pacer(plan, clock, budget or Budget(None, None, lambda: 0.0))


def test_one_request_too_many_waits_until_the_oldest_counts_no_more(
    target: Target, plan_for: PlanFor
) -> None:
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan_for(target, FACTS), clock)
    for _ in range(3):
        pacer.admit(REQUEST, paced=True).done(clock.now())
        time.now += 1
    pacer.admit(REQUEST, paced=True)
    assert sum(time.slept) == pytest.approx(7.0, abs=0.05)


def test_a_request_counts_as_often_as_it_has_items_where_these_count(
    target: Target, plan_for: PlanFor
) -> None:
    general = {"limit": 3, "bulk": "items"}
    facts = {"rate_limits": {**FACTS["rate_limits"], "buckets": {"general": general}}}
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan_for(target, facts), clock)

    def admit(items: int) -> float:
        before = sum(time.slept)
        body = json.dumps(["x"] * items).encode()
        headers = (("Content-Type", "application/json"),)
        pacer.admit(replace(REQUEST, headers=headers, body=body), paced=True).done(clock.now())
        return sum(time.slept) - before

    assert admit(2) == 0
    assert admit(1) == 0
    assert admit(2) == pytest.approx(10.0, abs=0.05)
    assert admit(7) == pytest.approx(10.0, abs=0.05), "more than the limit waits until all is free"


def test_a_virtual_clock_is_moved_instead_of_waiting(target: Target, plan_for: PlanFor) -> None:
    time, moves = FakeTime(), []

    def move(seconds: float) -> float:
        moves.append(seconds)
        return 0.0

    clock = TargetClock(move=move, monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan_for(target, FACTS), clock)
    for _ in range(7):
        pacer.admit(REQUEST, paced=True).done(clock.now())
    assert time.slept == []
    assert len(moves) == 2
    assert all(20 <= seconds < 21 for seconds in moves)


def test_the_limit_of_the_target_file_overrides_the_policy(
    target: Target, plan_for: PlanFor
) -> None:
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    limited = replace(target, limits={"general": Limit(1, 2.0)})
    pacer = pacer_of(plan_for(limited, FACTS), clock)
    pacer.admit(REQUEST, paced=True).done(clock.now())
    pacer.admit(REQUEST, paced=True)
    assert sum(time.slept) == pytest.approx(2.0, abs=0.05)


def test_an_unpaced_request_does_not_wait_but_counts(target: Target, plan_for: PlanFor) -> None:
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan_for(target, FACTS), clock)
    for _ in range(5):
        pacer.admit(REQUEST, paced=False).done(clock.now())
    assert time.slept == []
    pacer.admit(REQUEST, paced=True)
    assert sum(time.slept) == pytest.approx(10.0, abs=0.05)


def test_anonymous_requests_do_not_count_for_an_identity(target: Target, plan_for: PlanFor) -> None:
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan_for(target, FACTS), clock)
    for _ in range(3):
        pacer.admit(REQUEST, paced=True).done(clock.now())
    anonymous = Request("GET", "/things", operation="listThings")
    for _ in range(9):
        pacer.admit(anonymous, paced=True).done(clock.now())
    assert time.slept == []


def test_a_wait_beyond_the_budget_stops_the_probe_at_once(
    target: Target, plan_for: PlanFor
) -> None:
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan_for(target, FACTS), clock, Budget(None, 5.0, clock.real))
    for _ in range(3):
        pacer.admit(REQUEST, paced=True).done(clock.now())
    with pytest.raises(ProbeStopped) as caught:
        pacer.admit(REQUEST, paced=True)
    assert caught.value.reason.kind is NotTestedKind.NEEDS_BUDGET
    assert time.slept == []


@settings(max_examples=60)
@given(
    limit=st.integers(1, 6),
    gaps=st.lists(st.floats(0, 8), min_size=1, max_size=40),
    latencies=st.lists(st.floats(0, 3), min_size=40, max_size=40),
    data=st.data(),
)
def test_a_sliding_log_never_counts_more_than_the_limit(
    limit: int, gaps: list[float], latencies: list[float], data: st.DataObject
) -> None:
    plan = _PLANS[limit]
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep)
    pacer = pacer_of(plan, clock)
    arrivals: list[float] = []
    for gap, latency in zip(gaps, itertools.cycle(latencies), strict=False):
        time.now += gap
        ticket = pacer.admit(REQUEST, paced=True)
        arrivals.append(clock.now() + latency * data.draw(st.floats(0, 1)))
        time.now += latency
        ticket.done(clock.now())
    for arrival in arrivals:
        assert sum(1 for other in arrivals if arrival - 10 < other <= arrival) <= limit


_PLANS: dict[int, Plan] = {}


@pytest.fixture(autouse=True)
def _plans(target: Target, plan_for: PlanFor) -> None:
    for limit in range(1, 7):
        if limit not in _PLANS:
            limited = replace(target, limits={"general": Limit(limit)})
            _PLANS[limit] = plan_for(limited, FACTS)


def test_the_clock_does_not_move_while_a_request_is_in_flight() -> None:
    moved = threading.Event()

    def move(seconds: float) -> float:
        moved.set()
        return seconds

    clock = TargetClock(move=move)
    with clock.in_flight():
        thread = threading.Thread(target=clock.let_pass, args=(lambda: 1.0,))
        thread.start()
        assert not moved.wait(0.05)
    thread.join()
    assert moved.is_set()
    assert clock.now() > 1.0


@pytest.mark.parametrize(("asked", "pause"), [({"Retry-After": "7"}, 7), ({}, 1)])
def test_a_request_refused_by_an_unexpected_429_is_sent_again_after_the_wait(
    api: Any, target: Target, plan_for: PlanFor, probe_of: Any, asked: dict[str, str], pause: int
) -> None:
    refusals = iter([(429, asked, b"")])
    api.override = lambda *_: next(refusals, None)
    credential = Credential("bearer", "header", "Authorization", "Bearer $APICHECK_ADMIN_TOKEN")
    request = Request("GET", "/things", operation="listThings")

    def script(_: object) -> Any:
        yield Send(request.with_credentials("admin", credential))

    plan = plan_for(target)
    slept: list[float] = []
    with Session(plan) as session:
        session._clock._sleep = slept.append
        transcript = session.play(probe_of(plan, script))
    assert [(e.status, e.role) for e in transcript.exchanges] == [
        (429, Role.THROTTLED),
        (200, Role.TABLE),
    ]
    assert slept == [pytest.approx(pause, abs=0.1)]


def test_a_check_that_provokes_429_receives_it_without_a_retry(
    api: Any, target: Target, plan_for: PlanFor, probe_of: Any
) -> None:
    api.override = lambda *_: (429, {"Retry-After": "7"}, b"")

    def script(_: object) -> Any:
        yield Send(Request("GET", "/things", operation="listThings"))

    plan = plan_for(target)
    with Session(plan) as session:
        transcript = session.play(probe_of(plan, script, provokes=frozenset({429})))
    assert [e.status for e in transcript.exchanges] == [429]


def test_a_long_wait_is_told_once_with_its_reason(target: Target, plan_for: PlanFor) -> None:
    time, said = FakeTime(), list[str]()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep, note=said.append)
    pacer = pacer_of(plan_for(target, FACTS), clock)
    assert pacer.recover(REQUEST, 100.0)
    assert said == ["waiting 100 s: GET /things was refused, with Retry-After"]
    clock.note_sleep(3.0, "too short to tell")
    for _ in range(3):
        pacer.admit(REQUEST, paced=True).done(clock.now())
    pacer.admit(REQUEST, paced=True)
    assert said[1:] == ["waiting 10 s: one more request would be above the limit of general"]


def test_those_who_wait_beside_each_other_are_told_once() -> None:
    time, said = FakeTime(), list[str]()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep, note=said.append)
    for seconds in (100.0, 99.0, 30.0, 100.0):
        clock.note_sleep(seconds, "why")
        time.now += 1
    assert said == ["waiting 100 s: why"]


def test_what_was_sent_before_a_run_was_resumed_counts(target: Target, plan_for: PlanFor) -> None:
    time = FakeTime()
    clock = TargetClock(monotonic=time.monotonic, sleep=time.sleep, before=50.0)
    pacer = pacer_of(plan_for(target, FACTS), clock)
    sent = [Exchange(f"e{n}", REQUEST, None, None, 44.0, 45.0, Role.TABLE) for n in range(3)]
    pacer.take_over(sent)
    pacer.admit(REQUEST, paced=True)
    assert sum(time.slept) == pytest.approx(5.0, abs=0.05)
