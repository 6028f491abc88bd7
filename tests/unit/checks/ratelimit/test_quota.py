"""The quota check's conversation and judgement against limiters, honest and not."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from apicheck.checks.ratelimit.quota import CHECK
from apicheck.model.exchange import Exchange, Response, Transcript
from apicheck.model.step import Ask, Together, Wait
from apicheck.model.subject import Subject
from apicheck.model.verdict import Failure, Inconclusive, NotTested
from apicheck.pages.setting import subject_of
from tests.unit.checks.ratelimit import limiters

Decide = Callable[[float], bool]
Make = Callable[[int, float, float], Decide]
WINDOW = 60.0
HONEST = [make for makes in limiters.FAMILIES.values() for make in makes]


def subject(limit: int = 5, **rates: object) -> Subject:
    facts = {"window": "60s", "refusal": 429, "buckets": {"general": {"limit": limit}}, **rates}
    return subject_of(CHECK, {"facts": {"rate_limits": facts}, "subject": "general"})


def played(
    of: Subject,
    decide: Decide,
    rng: random.Random,
    latency: float = 0.01,
    refusal: int = 429,
    begin: float = 0.0,
) -> Transcript:
    """The script against a limiter, on a clock that only the script and the answers move."""
    now, exchanges = begin + rng.uniform(0, 1000), []
    begun = now
    script = CHECK.script(of)
    value = None
    try:
        while True:
            step = script.send(value)
            value = None
            if isinstance(step, Ask):
                value = {"identity": "minted-1", "placeholder": "$APICHECK_MINTED_1_TOKEN"}
            elif isinstance(step, Wait):
                now += step.seconds
            elif isinstance(step, Together):
                asked = sorted(
                    (now + rng.uniform(0, latency) + rng.uniform(0, latency), now)
                    for _ in step.sends
                )
                value = tuple(
                    Exchange(
                        id=f"e{len(exchanges) + n}",
                        request=step.sends[n].request,
                        response=Response(200 if decide(at) else refusal),
                        error=None,
                        sent_at=sent - begun,
                        received_at=at + rng.uniform(0, latency) - begun,
                        role=step.sends[n].role,
                    )
                    for n, (at, sent) in enumerate(asked)
                )
                exchanges += value
                now = max(x.received_at for x in value) + begun
    except StopIteration:
        pass
    return Transcript("p", tuple(sorted(exchanges, key=lambda x: x.sent_at)))


@pytest.mark.parametrize("make", HONEST, ids=lambda make: make.__name__)
@pytest.mark.parametrize("limit", [1, 5, 60])
def test_an_honest_limiter_passes(make: Make, limit: int) -> None:
    rng = random.Random(limit)
    for _ in range(8):
        of = subject(limit)
        transcript = played(of, make(limit, WINDOW, rng.uniform(0, WINDOW)), rng, latency=0.05)
        assert CHECK.judge(of, transcript) is None


def broken(kind: str, limit: int) -> Decide:
    """Limiters with a defect, by the name of the fault."""
    admitted = 0

    def refuses_for_ever(now: float) -> bool:
        nonlocal admitted
        admitted += 1
        return admitted <= limit

    return {
        "never-refuses": lambda _: True,
        "one-too-many": limiters.fixed(limit + 1, WINDOW, 0),
        "one-too-few": limiters.fixed(limit - 1, WINDOW, 0),
        "never-recovers": refuses_for_ever,
    }[kind]


@pytest.mark.parametrize("limit", [2, 5, 60, 600])
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("never-refuses", "not-enforced"),
        ("one-too-many", "not-enforced"),
        ("one-too-few", "refused-early"),
    ],
)
def test_a_defect_is_found_and_named(fault: str, outcome: str, limit: int) -> None:
    of = subject(limit)
    judgement = CHECK.judge(of, played(of, broken(fault, limit), random.Random(7)))
    assert isinstance(judgement, Failure)
    assert judgement.outcome == outcome


@pytest.mark.parametrize("limit", [2, 5, 60, 600])
def test_whether_a_limit_recovers_is_left_to_another_check(limit: int) -> None:
    of = subject(limit)
    assert CHECK.judge(of, played(of, broken("never-recovers", limit), random.Random(7))) is None


@pytest.mark.parametrize("status", [403, 503])
def test_a_refusal_with_another_status_is_left_to_another_check(status: int) -> None:
    of = subject(5)
    transcript = played(of, limiters.fixed(5, WINDOW, 0), random.Random(7), refusal=status)
    assert isinstance(CHECK.judge(of, transcript), Inconclusive)


def test_an_honest_limiter_costs_one_round() -> None:
    of = subject(100)
    transcript = played(of, limiters.fixed(100, WINDOW, 0), random.Random(1))
    assert len(transcript.exchanges) <= CHECK.applies(of).requests + 2 * 50


def test_a_limit_out_of_reach_is_not_tested_and_says_what_to_write() -> None:
    reason = CHECK.applies(subject(5000))
    assert isinstance(reason, NotTested)
    assert "[limits.general]" in reason.remedy


DAY = 86_400.0


def by_calendar(limit: int) -> Decide:
    """Counts by the months of a calendar, of 28 to 31 days."""
    used: dict[tuple[int, int], int] = {}

    def decide(now: float) -> bool:
        day = datetime.fromtimestamp(now, UTC)
        month = (day.year, day.month)
        used[month] = used.get(month, 0) + 1
        return used[month] <= limit

    return decide


@pytest.mark.parametrize("start", range(0, 365, 2))
def test_months_of_a_calendar_are_right_whenever_they_begin(start: int) -> None:
    of = subject(5, window="1 month")
    begin = datetime(2026, 1, 1, tzinfo=UTC).timestamp() + start * DAY
    assert CHECK.judge(of, played(of, by_calendar(5), random.Random(start), begin=begin)) is None


@pytest.mark.parametrize("limit", [4, 6])
def test_another_limit_of_a_month_is_found(limit: int) -> None:
    of = subject(5, window="1 month")
    begin = datetime(2026, 3, 2, tzinfo=UTC).timestamp()
    judgement = CHECK.judge(of, played(of, by_calendar(limit), random.Random(1), begin=begin))
    assert isinstance(judgement, Failure)
