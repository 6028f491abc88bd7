"""Five ways to count, on a clock that the test moves."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.state.limits import (
    LIMITERS,
    FixedWindow,
    Limiter,
    Options,
    SlidingCounter,
    SlidingLog,
    TokenBucket,
)

WINDOW = 60.0


def admitted(limiter: Limiter, times: list[float], limit: int = 3) -> list[bool]:
    return [limiter.ask(at, limit, count=True).allowed for at in times]


@pytest.mark.parametrize("name", LIMITERS)
def test_the_limit_is_admitted_at_once_and_no_more(name: str) -> None:
    assert admitted(LIMITERS[name](Options(WINDOW)), [960] * 5) == [True] * 3 + [False] * 2


@pytest.mark.parametrize("name", LIMITERS)
def test_retry_is_when_the_next_one_is_admitted_and_no_later(name: str) -> None:
    for at in (960.0, 975.5, 1019.0):
        early, late = (LIMITERS[name](Options(WINDOW)) for _ in range(2))
        asked = [(early.ask(at, 3, count=True), late.ask(at, 3, count=True)) for _ in range(4)]
        refused = asked[-1][0]
        assert not refused.allowed
        assert refused.retry > at
        assert not early.ask(refused.retry - 0.01, 3, count=True).allowed
        assert late.ask(refused.retry + 0.000_001, 3, count=True).allowed


@pytest.mark.parametrize("name", LIMITERS)
def test_all_is_as_new_once_it_resets(name: str) -> None:
    limiter = LIMITERS[name](Options(WINDOW))
    last = [limiter.ask(970, 3, count=True) for _ in range(3)][-1]
    assert last.used == 3
    assert limiter.ask(last.resets, 3, count=False).used == 0


@pytest.mark.parametrize("name", LIMITERS)
def test_looking_costs_nothing(name: str) -> None:
    limiter = LIMITERS[name](Options(WINDOW))
    assert [limiter.ask(960, 3, count=False).used for _ in range(5)] == [0] * 5


@pytest.mark.parametrize("name", LIMITERS)
def test_what_is_given_back_can_be_used_again(name: str) -> None:
    limiter = LIMITERS[name](Options(WINDOW))
    assert admitted(limiter, [960] * 3) == [True] * 3
    limiter.give_back()
    assert admitted(limiter, [960] * 2) == [True, False]


@pytest.mark.parametrize("counts_refused", [False, True])
@pytest.mark.parametrize("name", LIMITERS)
def test_a_limit_of_none_admits_nothing(name: str, *, counts_refused: bool) -> None:
    limiter = LIMITERS[name](Options(WINDOW, counts_refused=counts_refused))
    assert admitted(limiter, [960, 961, 1100], limit=0) == [False] * 3


def test_a_fixed_window_begins_with_the_first_request() -> None:
    limiter = FixedWindow(WINDOW)
    assert admitted(limiter, [990, 1000, 1049, 1049.9, 1050]) == [True] * 3 + [False, True]


def test_an_aligned_window_begins_with_the_clock() -> None:
    limiter = FixedWindow(WINDOW, aligned=True)
    assert admitted(limiter, [1010] * 4 + [1020]) == [True] * 3 + [False, True]
    assert limiter.ask(1021, 3, count=False).resets == 1080


def test_a_sliding_log_frees_one_place_as_each_request_ages() -> None:
    limiter = SlidingLog(WINDOW)
    assert admitted(limiter, [0, 10, 20, 59.9, 60, 60]) == [True] * 3 + [False, True, False]


def test_a_sliding_log_that_counts_refusals_stays_shut_while_it_is_asked() -> None:
    patient, eager = SlidingLog(WINDOW, counts_refused=True), SlidingLog(WINDOW)
    times = [0.0, 0.0, 0.0, 30.0, 61.0]
    assert admitted(patient, times) == [True] * 3 + [False, True]
    shut = SlidingLog(WINDOW, counts_refused=True)
    assert admitted(shut, [0, 0, 0, 30, 31, 32, 61]) == [True] * 3 + [False] * 4
    assert admitted(eager, [0, 0, 0, 30, 31, 32, 61])[-1]


def test_a_sliding_counter_weighs_the_window_before_by_what_is_in_view() -> None:
    limiter = SlidingCounter(WINDOW)
    assert admitted(limiter, [59] * 4, limit=4) == [True] * 4
    # At 75 three quarters of the window before are in view: 3 of 4.
    assert admitted(limiter, [75, 75], limit=4) == [True, False]
    assert admitted(limiter, [119, 119, 119, 119], limit=4) == [True, True, False, False]


def test_a_sliding_counter_forgets_after_two_windows() -> None:
    limiter = SlidingCounter(WINDOW)
    admitted(limiter, [59] * 3)
    assert limiter.ask(180, 3, count=False).used == 0


def test_a_token_bucket_refills_evenly() -> None:
    limiter = TokenBucket(WINDOW)
    times = [0, 0, 0, 19.9, 20, 39.9, 40]
    assert admitted(limiter, times) == [True] * 3 + [False, True, False, True]


def test_a_token_bucket_admits_no_more_than_its_burst_at_once() -> None:
    limiter = TokenBucket(WINDOW, burst=1)
    assert admitted(limiter, [0, 0, 19, 20, 40]) == [True, False, False, True, True]


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=60).map(sorted),
    st.integers(1, 5),
    st.sampled_from(["fixed", "aligned", "sliding-log", "bucket"]),
)
def test_no_schedule_gets_more_than_twice_the_limit_into_a_window(
    times: list[int], limit: int, name: str
) -> None:
    limiter = LIMITERS[name](Options(WINDOW))
    got = [at for at in times if limiter.ask(at, limit, count=True).allowed]
    most = limit if name == "sliding-log" else 2 * limit
    assert all(sum(start <= at < start + WINDOW for at in got) <= most for start in got)
    assert all(one <= two for one, two in pairwise(got))
    assert got[0] == times[0]
