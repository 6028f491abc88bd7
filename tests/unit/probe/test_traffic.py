"""How many requests are under way at once, and how many may be."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event, Thread

import pytest

from apicheck.probe.single_flight import SingleFlight
from apicheck.probe.traffic import Lane, Traffic


def send(traffic: Traffic, status: int) -> None:
    with traffic.request(waits=True) as lane:
        pass
    traffic.note(lane, status)


def burst(traffic: Traffic, size: int, status: int) -> list[Lane]:
    """Requests that are all under way before the first of them ends."""
    with ExitStack() as stack:
        lanes = [stack.enter_context(traffic.request(waits=False)) for _ in range(size)]
    for lane in lanes:
        traffic.note(lane, status)
    return lanes


def allows(traffic: Traffic, number: int, *, for_s: float = 60) -> bool:
    """Whether one more request may begin beside others. for_s: how long to wait for it."""
    begun = Event()

    def begin() -> None:
        with traffic.request(waits=True):
            begun.set()

    with ExitStack() as stack:
        for _ in range(number - 1):
            stack.enter_context(traffic.request(waits=False))
        thread = Thread(target=begin, daemon=True)
        thread.start()
        seen = begun.wait(for_s)
    thread.join()
    return seen


def test_a_request_alone_has_none_beside_it() -> None:
    assert [lane.beside for lane in burst(Traffic(8), 1, 200)] == [1]


def test_requests_at_once_are_beside_each_other() -> None:
    assert {lane.beside for lane in burst(Traffic(8), 4, 200)} == {4}


def test_a_short_request_within_a_long_one_is_beside_it() -> None:
    traffic = Traffic(8)
    with traffic.request(waits=True) as long:
        send(traffic, 200)
    assert long.beside == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_burst_that_was_too_much_halves_what_is_allowed_once(status: int) -> None:
    traffic = Traffic(8)
    burst(traffic, 8, status)
    assert allows(traffic, 4)
    assert not allows(traffic, 5, for_s=0.2)


def test_what_fails_for_other_reasons_slows_nothing() -> None:
    traffic = Traffic(8)
    burst(traffic, 8, 500)
    assert allows(traffic, 8)


def test_one_request_may_always_begin_and_good_ones_allow_more() -> None:
    traffic = Traffic(8)
    for _ in range(10):
        send(traffic, 503)
    assert not allows(traffic, 2, for_s=0.2)
    for _ in range(40):
        send(traffic, 200)
    assert allows(traffic, 2)


def test_a_result_that_does_not_last_is_made_again() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    flight = SingleFlight[int](lambda number: number > 1)
    assert [flight.do("one", make) for _ in range(3)] == [1, 2, 2]


def test_what_never_lasts_is_made_three_times_and_no_more() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    flight = SingleFlight[int](lambda _: False)
    assert [flight.do("one", make) for _ in range(5)] == [1, 2, 3, 3, 3]
