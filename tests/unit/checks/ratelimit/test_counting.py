"""When the numbers of remaining requests that a server reports cannot come from a limiter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apicheck.checks.ratelimit._counting import Count, Reported, Wrong, find_wrong, split_episodes
from apicheck.model.exchange import Exchange, Request, Response, Role
from reference_server.state.limits import LIMITERS, Limiter, Options

WINDOW = 60.0
LIMIT = 9


def count(sent: float, received: float, remaining: int | None, costs: bool | None = True) -> Count:
    request, response = Request("GET", "/x"), Response(200)
    exchange = Exchange("e", request, response, None, sent, received, Role.TABLE)
    if remaining is None:
        return Count(sent, received, costs, exchange)
    return Reported(sent, received, costs, exchange, remaining)


def find(counts: Sequence[Count], algorithm: str | None = None) -> Wrong | None:
    found = (
        find_wrong(episode, LIMIT, WINDOW, algorithm) for episode in split_episodes(counts, WINDOW)
    )
    return next((wrong for wrong in found if wrong), None)


def one_by_one(*remaining: int) -> list[Count]:
    """Responses a tenth of a second apart, with these numbers."""
    return [count(n / 10, n / 10 + 0.05, left) for n, left in enumerate(remaining)]


@pytest.mark.parametrize(
    ("remaining", "how"),
    [
        ((8, 8, 8, 8, 8), "stays"),
        ((8, 7, 9, 8, 9, 8, 9), "rises"),
        ((8, 6, 4, 2, 0), "falls"),
    ],
)
def test_numbers_that_no_limiter_reports_are_found(remaining: tuple[int, ...], how: str) -> None:
    wrong = find(one_by_one(*remaining))
    assert wrong is not None
    assert wrong.how == how


@pytest.mark.parametrize(
    "remaining",
    [
        (8, 7, 6, 5),
        (2, 1, 8, 7, 6),  # a window has ended
        (2, 8, 8, 7, 6),  # and one response is a hiccup
        (8, 6, 5, 4, 3),  # a request of the server's own, perhaps
        (0, 0, 0, 0, 0),  # a server that writes no number below 0
    ],
)
def test_numbers_that_a_limiter_may_report_are_right(remaining: tuple[int, ...]) -> None:
    assert find(one_by_one(*remaining)) is None


def test_a_refill_gives_back_while_time_passes() -> None:
    slow = [count(n * 7.0, n * 7.0 + 0.1, 8) for n in range(8)]  # one in 6.7 seconds
    assert find(slow) is None
    assert find(slow, "bucket") is None
    wrong = find(slow, "fixed")
    assert wrong is not None
    assert wrong.how == "stays"


def test_what_may_cost_nothing_decides_nothing() -> None:
    unknown = [count(n / 10, n / 10 + 0.05, 5, None) for n in range(6)]
    assert find(unknown) is None
    free = [count(n / 10, n / 10 + 0.05, 5, costs=False) for n in range(6)]
    assert find(free) is None


def test_of_requests_sent_at_once_any_may_be_the_last() -> None:
    at_once = [count(n / 100, 1.0 + n / 100, (n * 5) % 9) for n in range(9)]
    assert find([*at_once, count(3.0, 3.1, 0)]) is None


requests = st.tuples(
    st.sampled_from([0.0, 0.0, 0.01, 0.1, 0.3, 2.1]) | st.floats(0, 1.2),
    st.floats(0, 0.1),
    st.floats(0, 0.1),
    st.sampled_from([True, True, True, False, None]),
)
"""In windows: the gap before it is sent, until it is decided, until the response has come; and
whether it costs one."""


@pytest.mark.parametrize("name", LIMITERS)
@settings(max_examples=40)
@given(sent=st.lists(requests, min_size=4, max_size=25), begin=st.floats(0, WINDOW))
def test_an_honest_limiter_is_never_wrong(
    *,
    name: str,
    sent: list[tuple[float, float, float, bool | None]],
    begin: float,
) -> None:
    counts = play(LIMITERS[name](Options(WINDOW)), sent, begin)
    assert find(counts) is None
    assert find(counts, name) is None


def play(
    limiter: Limiter, sent: list[tuple[float, float, float, bool | None]], begin: float
) -> list[Count]:
    """Ask a limiter in the order in which it decides, and report what is left."""
    made: list[tuple[float, Callable[[], Count]]] = []
    now = begin
    for gap, until_decided, until_received, costs in sent:
        now += gap * WINDOW
        decided = now + until_decided * WINDOW
        made.append((decided, _asking(limiter, now, decided, until_received, costs)))
    return [ask() for _, ask in sorted(made, key=lambda pair: pair[0])]


def _asking(
    limiter: Limiter, sent: float, decided: float, until_received: float, costs: bool | None
) -> Callable[[], Count]:
    def ask() -> Count:
        standing = limiter.ask(decided, LIMIT, count=True)
        if standing.allowed and not costs:
            limiter.give_back()
        reported = LIMIT - standing.used if standing.allowed else None
        received = decided + until_received * WINDOW
        return count(sent, received, reported, costs if standing.allowed else False)

    return ask
