"""No honest limiter is ever excluded, whatever the latencies; wrong limits are."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from apicheck.checks.ratelimit._limiters import FAMILIES, Hit, Limiter, Trace, explain
from tests.unit.checks.ratelimit import limiters

Decide = Callable[[float], bool]
Make = Callable[[int, float, float], Decide]
Schedule = list[tuple[float, int]]
HONEST = [(name, make) for name, makes in limiters.FAMILIES.items() for make in makes]
WINDOW = 60.0


def played(decide: Decide, schedule: Schedule, latency: float, rng: random.Random) -> Trace:
    """(time, count) bursts against a limiter; each request decided at some time within."""
    asked = []
    for moment, count in schedule:
        for _ in range(count):
            sent = moment + rng.uniform(0, latency)
            decided = sent + rng.uniform(0, latency)
            asked.append((decided, sent, decided + rng.uniform(0, latency)))
    return Trace.of(Hit(sent, end, decide(at)) for at, sent, end in sorted(asked))


def random_schedule(rng: random.Random, limit: int) -> Schedule:
    moment = 0.0
    result: Schedule = []
    for _ in range(rng.randint(2, 8)):
        result.append((moment, rng.randint(1, limit + 2)))
        moment += rng.choice([rng.uniform(0.05, 0.3), 0.5, 0.6, 1.0, 1.01, 2.1]) * WINDOW
    return result


@pytest.mark.parametrize(("family", "make"), HONEST, ids=lambda v: getattr(v, "__name__", v))
@pytest.mark.parametrize("latency", [0.002, 0.2, 3.0])
def test_an_honest_limiter_is_never_excluded(family: str, make: Make, latency: float) -> None:
    rng = random.Random(f"{family}{latency}")
    for _ in range(150):
        limit = rng.choice([1, 2, 3, 5, 17])
        decide = make(limit, WINDOW, rng.uniform(0, WINDOW))
        schedule = random_schedule(rng, limit)
        trace = played(decide, schedule, latency, rng)
        found = explain(trace, Limiter(limit, WINDOW), None)
        assert found[family] == "", (limit, schedule)


def one_round(limit: int, begin: float = 0.0) -> Schedule:
    shape = ((0, 1), (0.6, limit + 2), (1.05, limit + 2), (3.2, 1))
    return [((begin + at) * WINDOW, count) for at, count in shape]


def standard_schedule(limit: int) -> Schedule:
    """As the quota check plays it, where one round leaves doubts."""
    return one_round(limit) + one_round(limit, 5.53)


@pytest.mark.parametrize(("family", "make"), HONEST, ids=lambda v: getattr(v, "__name__", v))
@pytest.mark.parametrize("wrong", [-1, +1, +5])
@pytest.mark.parametrize("limit", [5, 20])
def test_a_limiter_with_another_limit_is_excluded(
    family: str, make: Make, wrong: int, limit: int
) -> None:
    if (family, wrong) == ("sliding-counter", 1):
        return  # the counter's fractions hide a single request at any phase
    rng = random.Random(1)
    for _ in range(20):
        decide = make(limit + wrong, WINDOW, rng.uniform(0, WINDOW))
        trace = played(decide, standard_schedule(limit + max(0, wrong)), 0.01, rng)
        found = explain(trace, Limiter(limit, WINDOW), family)
        assert found[family] in ("refused", "admitted")


def test_an_unlimited_api_is_explained_by_no_family() -> None:
    rng = random.Random(2)
    trace = played(lambda _: True, standard_schedule(5), 0.01, rng)
    assert set(explain(trace, Limiter(5, WINDOW), None).values()) == {"admitted"}


@pytest.mark.parametrize("limit", [5, 20])
@pytest.mark.parametrize(("wrong", "kind"), [(1, "admitted"), (-1, "refused")])
def test_fixed_windows_off_by_one_are_explained_by_no_family(
    limit: int, wrong: int, kind: str
) -> None:
    rng = random.Random(3)
    decide = limiters.fixed(limit + wrong, WINDOW, 0)
    trace = played(decide, standard_schedule(limit + 1), 0.01, rng)
    found = explain(trace, Limiter(limit, WINDOW), None)
    assert all(found.values())
    assert found["fixed"] == kind


def test_a_limiter_that_never_recovers_is_explained_by_no_family() -> None:
    hits = [Hit(0, 0.1, True), *(Hit(36, 36.1, n < 4) for n in range(6))]
    hits += [Hit(63, 63.1, False) for _ in range(5)] + [Hit(190, 190.1, False)]
    found = explain(Trace.of(hits), Limiter(5, WINDOW), None)
    assert set(found.values()) == {"refused"}


def test_a_request_without_an_answer_may_or_may_not_have_counted() -> None:
    hits = [Hit(n, n + 0.1, True) for n in range(4)]
    unknown = Hit(5, 9, None)
    for last in (True, False):
        trace = Trace.of([*hits, unknown, Hit(10, 10.1, last)])
        found = explain(trace, Limiter(5, WINDOW), None)
        assert found["fixed"] == found["sliding-log"] == ""


def test_an_empty_trace_is_explained_by_all() -> None:
    assert set(explain(Trace.of([]), Limiter(5, WINDOW), None)) == set(FAMILIES)
    assert not any(explain(Trace.of([]), Limiter(5, WINDOW), None).values())
