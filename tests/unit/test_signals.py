from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from apicheck.signals import Leave, Stop, leave_on_signals, stop_on_signals

pytestmark = pytest.mark.usefixtures("hangups_count")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_with_the_exit_code_that_shells_know(number: signal.Signals) -> None:
    with leave_on_signals(), pytest.raises(Leave) as caught:
        signal.raise_signal(number)
    assert caught.value.exit_code == 128 + number


def test_the_first_signal_stops_and_the_second_leaves() -> None:
    stop, said = Stop(), list[str]()
    with leave_on_signals(), stop_on_signals(stop, said.append):
        signal.raise_signal(signal.SIGTERM)
        assert (stop.is_set(), stop.cause) == (True, "SIGTERM")
        assert len(said) == 1
        with pytest.raises(Leave):
            signal.raise_signal(signal.SIGINT)


def test_a_signal_that_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with leave_on_signals():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_is_lost_hinders_no_stop() -> None:
    def fail(_: str) -> None:
        raise BrokenPipeError

    stop = Stop()
    with stop_on_signals(stop, fail):
        signal.raise_signal(signal.SIGTERM)
    assert stop.cause == "SIGTERM"


class Finalized:
    """Gets a signal while Python can raise nothing."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        any(one for one in count())


def count() -> Iterator[bool]:
    yield from (False for _ in range(1000))


def test_a_signal_that_comes_while_nothing_can_be_raised_leaves_later() -> None:
    with leave_on_signals(), pytest.raises(Leave):
        wait_behind(Finalized)


def wait_behind(make: type) -> None:
    make()
    time.sleep(30)


def test_the_first_cause_of_a_stop_is_kept() -> None:
    stop = Stop()
    stop.set_because("one")
    stop.set_because("other")
    assert stop.cause == "one"
