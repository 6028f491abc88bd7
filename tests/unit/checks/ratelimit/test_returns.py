"""A Retry-After that is too short by less than a second is seen where no clock can be moved."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from apicheck.checks.ratelimit import quota, retry_after
from apicheck.model.exchange import Exchange, Request, Response, Role, Transcript
from apicheck.model.subject import Subject
from apicheck.model.verdict import Failure
from apicheck.pages.setting import subject_of
from reference_server.state.limits import LIMITERS, Options
from tests.unit.checks.ratelimit import playing

WINDOW, LIMIT = 5.0, 3
LATE_BY_A_TIMER_S = 0.4


def subject() -> Subject:
    facts = {
        "window": f"{WINDOW:g}s",
        "refusal": {"status": 429, "retry_after": "seconds"},
        "buckets": {"general": {"limit": LIMIT}},
    }
    of = subject_of(quota.CHECK, {"facts": {"rate_limits": facts}, "subject": "general"})
    return replace(of, context=replace(of.context, capabilities=frozenset()))


def find_outcomes(name: str, rounded: Callable[[float], int], seed: int, late: float) -> set[str]:
    """What the fold says of the responses of a limiter to the script of ratelimit/quota.

    late: seconds by which the server sees the time that has passed too late, as by a timer.
    """
    limiter, of = LIMITERS[name](Options(WINDOW)), subject()

    def serve(_: Request, at: float) -> Response:
        standing = limiter.ask(at - late, LIMIT, count=True)
        if standing.allowed:
            return Response(200)
        wait = max(0, rounded(standing.retry - at))
        return Response(429, headers=(("Retry-After", str(wait)),))

    played = playing.play(quota.CHECK, of, serve, seed)
    assert isinstance(played, Transcript)
    return judge_all(of, played.exchanges)


def judge_all(of: Subject, exchanges: Iterable[Exchange]) -> set[str]:
    fold = retry_after.CHECK.fold
    assert fold is not None
    state = fold.start(of.context)
    for exchange in exchanges:
        state = fold.step(of.context, state, exchange)
    judgements = [result.judgement for result in fold.finish(of.context, state)]
    assert judgements
    return {one.outcome for one in judgements if isinstance(one, Failure)}


@pytest.mark.parametrize("name", LIMITERS)
def test_a_wait_that_is_rounded_down_is_too_short(name: str) -> None:
    found = [find_outcomes(name, math.floor, seed, 0.0) for seed in range(12)]
    # A window that ends within a second of its first refusal says 0, and leaves no time to ask.
    assert found.count({"too-short"}) >= 10
    assert found.count(set()) == 12 - found.count({"too-short"})


@pytest.mark.parametrize("late", [0.0, LATE_BY_A_TIMER_S], ids=["in time", "late by a timer"])
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", LIMITERS)
def test_a_wait_that_is_rounded_up_is_true(name: str, seed: int, late: float) -> None:
    assert find_outcomes(name, math.ceil, seed, late) == set()


def make_exchange(name: str, sent: float, received: float, wait: int | None) -> Exchange:
    """A request of one client: refused with a wait in seconds, or admitted (None)."""
    headers = () if wait is None else (("Retry-After", str(wait)),)
    request = Request("GET", "/contacts", operation="listContacts").with_credentials("minted-1")
    response = Response(200 if wait is None else 429, headers=headers)
    return Exchange(name, request, response, None, sent, received, Role.TABLE)


ADMITTED = None


@pytest.mark.parametrize(
    ("others", "found"),
    [
        pytest.param([], {"too-short"}, id="nothing else was under way"),
        pytest.param([(10.0, 10.2, ADMITTED)], set(), id="one sent with it was admitted"),
        pytest.param([(10.0, 10.2, 5)], {"too-short"}, id="one sent with it was refused too"),
        pytest.param([(10.2, 10.3, ADMITTED)], {"too-short"}, id="one sent later was admitted"),
        pytest.param([(0.0, 8.0, ADMITTED)], set(), id="a slow one was admitted after the wait"),
        pytest.param([(0.0, 2.0, ADMITTED)], {"too-short"}, id="one was admitted during the wait"),
    ],
)
def test_a_refusal_after_the_wait_counts_unless_another_request_was_admitted_instead(
    others: list[tuple[float, float, int | None]], found: set[str]
) -> None:
    own = [(0.0, 0.1, 5), (10.0, 10.1, 5)]
    times = sorted([*own, *others], key=lambda one: (one[1], one[0]))
    exchanges = [make_exchange(f"e{n}", *one) for n, one in enumerate(times)]
    assert judge_all(subject(), exchanges) == found
