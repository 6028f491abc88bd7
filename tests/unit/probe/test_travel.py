"""Scripts that take the target's clock to another day, and the clock that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from apicheck.authoring import Check, Request, Script, Subject, folds, steps
from apicheck.judge.results import judge_passive
from apicheck.model.exchange import TRAVELLED, Credential
from apicheck.model.plan import Plan, Probe
from apicheck.model.verdict import HarnessError, NotTested
from apicheck.probe import Session
from apicheck.probe.clock import TargetClock

DAY_S = 86_400.0


@dataclass
class Target:
    """The clock of a target, which fails when it is told to."""

    now: float = 1_000_000.0
    moves: list[float] = field(default_factory=list)
    stuck: bool = False

    def move(self, seconds: float) -> float:
        if self.stuck:
            raise OSError("the control does not respond")
        self.moves.append(seconds)
        self.now += seconds
        return self.now


def clock_of(target: Target, *, rewinds: bool = True) -> TargetClock:
    clock = TargetClock(move=target.move, monotonic=lambda: 5.0, rewinds=rewinds)
    clock.synchronise(target.now)
    return clock


def test_a_travel_is_on_the_targets_clock_and_not_on_that_of_the_run() -> None:
    target = Target()
    clock = clock_of(target)
    before = clock.now()
    assert clock.travel(1_000_000.0 + 400 * DAY_S)
    assert clock.travel(1_000_000.0 - DAY_S)
    assert target.now == clock.epoch() == 1_000_000.0 - DAY_S
    assert clock.now() == before
    clock.come_back()
    assert target.now == clock.epoch() == 1_000_000.0
    clock.come_back()
    assert len(target.moves) == 3


def test_what_comes_while_the_clock_moves_comes_at_the_later_time() -> None:
    seen: list[float] = []

    def move(seconds: float) -> float:
        seen.append(clock.now())
        return 1_000_000.0 + seconds

    clock = TargetClock(move=move, monotonic=lambda: 5.0)
    clock.synchronise(1_000_000.0)
    before = clock.now()
    clock.let_pass(lambda: 600.0)
    assert seen == [clock.now()]
    assert clock.now() >= before + 600.0


def test_a_move_that_fails_moves_no_clock() -> None:
    target = Target(stuck=True)
    clock = clock_of(target)
    before = clock.now()
    with pytest.raises(OSError, match="does not respond"):
        clock.let_pass(lambda: 600.0)
    assert clock.now() == before


def test_time_that_passes_meanwhile_stays_passed() -> None:
    target = Target()
    clock = clock_of(target)
    clock.travel(1_000_000.0 + DAY_S)
    clock.let_pass(lambda: 60.0)
    clock.come_back()
    assert target.now == pytest.approx(1_000_060, abs=1)
    assert clock.epoch() == pytest.approx(target.now)


@pytest.mark.parametrize("clock", [TargetClock(), clock_of(Target(), rewinds=False)])
def test_a_clock_that_cannot_come_back_does_not_leave(clock: TargetClock) -> None:
    assert not clock.travel(0.0)
    assert clock.away == 0.0


def test_a_moment_that_is_too_far_is_not_reached() -> None:
    target = Target(stuck=True)
    clock = clock_of(target)
    assert not clock.travel(10.0**12)
    clock.come_back()
    assert target.moves == []


def visiting(moment: float, *, fails: bool = False) -> Callable[[Subject], Script]:
    def script(_: Subject) -> Script:
        yield from steps.travel(moment)
        bearer = Credential("bearer", "header", "Authorization", "Bearer $APICHECK_ADMIN_TOKEN")
        request = Request("GET", "/things", operation="listThings")
        yield from steps.send(request.with_credentials("admin", bearer))
        if fails:
            raise RuntimeError("a mistake in a check")

    return script


@pytest.fixture
def session(api: Any, target: Any, plan_for: Callable[..., Plan]) -> Any:
    with Session(plan_for(target)) as session:
        yield session


@pytest.mark.parametrize("fails", [False, True])
def test_the_clock_comes_back_however_a_script_ends(
    session: Any, probe_of: Callable[..., Probe], *, fails: bool
) -> None:
    clock = Target()
    put_in(session, clock_of(clock))
    transcript = session.play(probe_of(session._plan, visiting(clock.now + DAY_S, fails=fails)))
    assert [round(one) for one in clock.moves] == [DAY_S, -DAY_S]
    assert isinstance(transcript.stopped_by, HarnessError) is fails
    (exchange,) = transcript.exchanges
    assert [seen.value for seen in exchange.observed(TRAVELLED)] == [f"{1_000_000 + DAY_S:.0f}"]


def test_a_clock_that_does_not_come_back_is_an_error_with_what_to_do(
    session: Any, probe_of: Callable[..., Probe]
) -> None:
    clock = Target()
    put_in(session, clock_of(clock))

    def script(subject: Subject) -> Script:
        yield from visiting(clock.now + DAY_S)(subject)
        clock.stuck = True

    transcript = session.play(probe_of(session._plan, script))
    assert isinstance(transcript.stopped_by, HarnessError)
    assert "86400 s ahead" in transcript.stopped_by.reason
    assert transcript.stopped_by.remedy


def test_without_a_virtual_clock_a_script_that_travels_is_not_tested(
    session: Any, probe_of: Callable[..., Probe]
) -> None:
    transcript = session.play(probe_of(session._plan, visiting(0.0)))
    assert isinstance(transcript.stopped_by, NotTested)
    assert "rewind" in transcript.stopped_by.remedy


def test_what_was_sent_on_another_day_is_read_by_checks_of_time_alone(
    session: Any, probe_of: Callable[..., Probe]
) -> None:
    clock = Target()
    put_in(session, clock_of(clock))
    transcript = session.play(probe_of(session._plan, visiting(clock.now + DAY_S)))
    passive = tuple(
        Check(
            title="A test",
            outcomes=(),
            proven_by={},
            id=f"test/{at_any_time}",
            fold=folds.per_exchange(lambda *_: [("", None)], at_any_time=at_any_time),
        )
        for at_any_time in (False, True)
    )
    plan = replace(session._plan, passive=passive)
    now, any_time = judge_passive(plan, transcript.exchanges)
    assert (now.exercised, any_time.exercised) == (0, 1)


def put_in(session: Any, clock: TargetClock) -> None:
    session._recorder._clock = clock
    session._driver._parts = replace(session._driver._parts, clock=clock)
