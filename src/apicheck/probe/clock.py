"""Time on the target's clock: real time, and the moves of a virtual clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from apicheck.probe.errors import ProbeStopped

Move = Callable[[float], float]
"""Moves the target's clock ahead by seconds; returns its epoch seconds afterwards."""

_MARGIN_S = 0.01
_LONG_S = 5.0
_DAY_S = 86_400.0
_SHORTEST_SLEEP_S = 0.001  # so that a difference too small to see never makes a busy loop


@dataclass(frozen=True, slots=True)
class Journey:
    """Where a script has taken the target's clock.

    lead: seconds by which it is ahead of ours when it is at home. away: seconds from home; 0: it is
    back.
    """

    lead: float
    away: float

    def __str__(self) -> str:
        days = self.away / _DAY_S
        side = "ahead" if days > 0 else "behind"
        return f"the target's clock, which is {abs(days):.1f} days {side}"


class TargetClock:
    """Seconds since the run began on the target's clock, and a way to let time pass there.

    move: moves a virtual clock; None where the target has none, and time passes by sleeping.
    stop: ends a sleep early; the sleeping probe is then stopped. before: how long ago the run
    began, if it is resumed. note: tells the user of a long sleep. rewinds: whether `move` takes
    negative seconds. leaves: called before the clock goes anywhere, and when it is back.
    """

    def __init__(
        self,
        *,
        move: Move | None = None,
        stop: threading.Event | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        before: float = 0.0,
        note: Callable[[str], None] = lambda _: None,
        rewinds: bool = False,
        leaves: Callable[[Journey], None] = lambda _: None,
    ) -> None:
        self._move = move
        self._stop = stop or threading.Event()
        self._monotonic = monotonic
        self._sleep = sleep or self._stop.wait
        self._start = monotonic()
        self._moved = 0.0
        self._before = before
        self._note = note
        self._noted_until = 0.0
        self._epoch = time.time() - before
        self._allowed = 0.0
        self._gate = threading.Condition()
        self._in_flight = 0
        self._movers = 0
        self._rewinds = rewinds
        self._leaves = leaves
        self.away = 0.0
        """Seconds by which a script has taken the clock elsewhere."""

    @property
    def virtual(self) -> bool:
        """Whether waiting costs no real time."""
        return self._move is not None

    def now(self) -> float:
        """Seconds since the run began, moves included."""
        return self._before + self._monotonic() - self._start + self._moved

    def real(self) -> float:
        """Real seconds since the run began, or was resumed."""
        return self._monotonic() - self._start

    def epoch(self) -> float:
        """The target's clock in epoch seconds, as far as it is known."""
        return self._epoch + self.now()

    def synchronise(self, epoch: float) -> float:
        """Note what the target's clock shows now. Returns its lead over ours in seconds."""
        skew = epoch - (time.time() + self._moved)
        self._epoch, self._allowed = epoch - self.now(), 0.0
        return skew

    def allow_for(self, skew: float) -> None:
        """Correct the target's clock by a difference in seconds that its responses show."""
        self._epoch += skew
        self._allowed += skew

    def true_epoch(self, at: float) -> float:
        """An instant of the run in epoch seconds, by the true clock.

        The clock that the control protocol reports is true; one read from responses is not.
        """
        return self._epoch + at - self._allowed

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Hold the virtual clock still while a request is in flight."""
        with self._gate:
            self._gate.wait_for(lambda: self._movers == 0)
            self._in_flight += 1
        try:
            yield
        finally:
            with self._gate:
                self._in_flight -= 1
                self._gate.notify_all()

    def let_pass(self, due: Callable[[], float], why: str = "") -> None:
        """Let time pass for the target. why: said to the user where it is long.

        due: returns how many seconds. A virtual clock is moved once no request is in flight, so
        `due` is called then: another thread may have moved the clock meanwhile. No time passes
        unless the seconds are positive. Raises ProbeStopped when the run is stopped.
        """
        if self._move is None:
            seconds = due()
            if seconds > 0:
                self.note_sleep(seconds, why)
                self._sleep(max(seconds, _SHORTEST_SLEEP_S))
            if self._stop.is_set():
                raise ProbeStopped.by_user()
            return
        with self._still():
            seconds = due()
            if seconds > 0:
                seconds += _MARGIN_S
                self._moved += seconds  # what is delivered while it moves comes at the later time
                try:
                    epoch = self._move(seconds)
                except OSError:
                    self._moved -= seconds
                    raise
                self._epoch, self._allowed = epoch - self.now(), 0.0

    def travel(self, to: float) -> bool:
        """Take the target's clock to epoch seconds; False where it does not go there and back.

        The seconds of the run go on as if nothing had happened: `now` does not tell.
        """
        if self._move is None or not self._rewinds:
            return False
        try:
            with self._still():
                self._shift(self._move, to - self.epoch())
        except OSError:
            return False
        return True

    def come_back(self) -> None:
        """Undo the travels. Raises OSError when the clock did not move."""
        if self._move is not None and self.away:
            with self._still():
                self._shift(self._move, -self.away)

    def return_from(self, journey: Journey) -> None:
        """Undo the travels of a run that was killed, unless the clock is at home.

        The run may have been killed before the clock moved; or the server began anew since.
        Raises OSError when the clock did not move.
        """
        if self._move is None:
            raise OSError("the target offers no control of its clock any more")
        with self._still():
            ahead = self._move(0.0) - time.time() - journey.lead
            if abs(ahead) >= abs(journey.away) / 2:
                self._shift(self._move, -ahead)
            self.away = 0.0
            self._leaves(Journey(journey.lead, 0.0))

    def _shift(self, move: Move, seconds: float) -> None:
        away = self.away + seconds
        if abs(away) < _MARGIN_S:
            away = 0.0
        journey = Journey(self.epoch() - self.away - time.time(), away)
        if away:
            self._leaves(journey)
        epoch = move(seconds)
        self.away = away
        self._epoch, self._allowed = epoch - self.now(), 0.0
        if not away:
            self._leaves(journey)

    @contextmanager
    def _still(self) -> Iterator[None]:
        """Wait until no request is in flight, and let none begin."""
        with self._gate:
            self._movers += 1
            try:
                self._gate.wait_for(lambda: self._in_flight == 0)
                yield
            finally:
                self._movers -= 1
                self._gate.notify_all()

    def note_sleep(self, seconds: float, why: str) -> None:
        """Tell the user of a long sleep, once for all that sleep beside it."""
        until = self.now() + seconds
        if why and seconds >= _LONG_S and until > self._noted_until + _LONG_S:
            self._noted_until = until
            self._note(f"waiting {seconds:.0f} s: {why}")
