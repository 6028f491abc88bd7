"""Time as the target has it: real time, and the moves of a virtual clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apicheck.probe.errors import ProbeStopped

Move = Callable[[float], float]
"""Moves the target's clock ahead by seconds; returns its epoch seconds afterwards."""

_MARGIN_S = 0.01
_SHORTEST_SLEEP_S = 0.001  # so that a difference too small to see never makes a busy loop


class TargetClock:
    """Seconds since the run began on the target's clock, and how to let time pass there.

    move: moves a virtual clock; None: the target has none, and time passes by sleeping.
    stop: ends a sleep early; the probe that slept is then halted.
    """

    def __init__(
        self,
        *,
        move: Move | None = None,
        stop: threading.Event | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._move = move
        self._stop = stop or threading.Event()
        self._monotonic = monotonic
        self._sleep = sleep or self._stop.wait
        self._start = monotonic()
        self._moved = 0.0
        self._epoch = time.time()
        self._allowed = 0.0
        self._gate = threading.Condition()
        self._in_flight = 0
        self._movers = 0

    @property
    def virtual(self) -> bool:
        """Whether waiting costs no real time."""
        return self._move is not None

    def now(self) -> float:
        """Seconds since the run began, moves included."""
        return self._monotonic() - self._start + self._moved

    def real(self) -> float:
        """Seconds since the run began, as we lived them."""
        return self._monotonic() - self._start

    def epoch(self) -> float:
        """The target's clock, in epoch seconds, as well as it is known."""
        return self._epoch + self.now()

    def synchronise(self, epoch: float) -> float:
        """Note what the target's clock says now. Returns its skew to ours in seconds."""
        skew = epoch - (time.time() + self._moved)
        self._epoch, self._allowed = epoch - self.now(), 0.0
        return skew

    def allow_for(self, skew: float) -> None:
        """Believe the target that its clock differs from what was known by so many seconds."""
        self._epoch += skew
        self._allowed += skew

    def true_epoch(self, at: float) -> float:
        """The present at an instant of the run, in epoch seconds, whatever the target says.

        A clock that the control protocol tells is true; one read off its answers is not.
        """
        return self._epoch + at - self._allowed

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Hold the clock still while a request is on its way: nobody moves it meanwhile."""
        with self._gate:
            self._gate.wait_for(lambda: self._movers == 0)
            self._in_flight += 1
        try:
            yield
        finally:
            with self._gate:
                self._in_flight -= 1
                self._gate.notify_all()

    def let_pass(self, due: Callable[[], float]) -> None:
        """Let time pass for the target.

        due: how many seconds, asked again once nothing is in flight, as somebody else may have
        moved the clock meanwhile; nothing happens when it is not positive. Raises ProbeStopped when
        the run is stopped.
        """
        if self._move is None:
            seconds = due()
            if seconds > 0:
                self._sleep(max(seconds, _SHORTEST_SLEEP_S))
            if self._stop.is_set():
                raise ProbeStopped.by_user()
            return
        with self._gate:
            self._movers += 1
            try:
                self._gate.wait_for(lambda: self._in_flight == 0)
                seconds = due()
                if seconds > 0:
                    seconds += _MARGIN_S
                    epoch = self._move(seconds)
                    self._moved += seconds
                    self._epoch, self._allowed = epoch - self.now(), 0.0
            finally:
                self._movers -= 1
                self._gate.notify_all()
