"""The budget of a run: how many requests it may send, and for how long."""

from __future__ import annotations

import threading
from collections.abc import Callable

from apicheck.model.verdict import NotTestedKind
from apicheck.probe.errors import ProbeStopped


class Budget:
    """Counts requests and measures time; a request is sent only while both limits allow it.

    max_requests, max_seconds: None for no limit. elapsed: returns real seconds since the run began.
    expected: how many requests the plan foresees, for the advice when they run out. spent: how many
    the run sent before it was resumed.
    """

    def __init__(
        self,
        max_requests: int | None,
        max_seconds: float | None,
        elapsed: Callable[[], float],
        *,
        expected: int = 0,
        spent: int = 0,
    ) -> None:
        self._max_requests = max_requests
        self._expected = expected
        self._max_seconds = max_seconds
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self.requests = spent

    @property
    def spent(self) -> ProbeStopped | None:
        """Why no further request may be sent, None while one may."""
        if self._max_requests is not None and self.requests >= self._max_requests:
            return ProbeStopped.not_tested(
                NotTestedKind.NEEDS_BUDGET,
                f"the budget of {self._max_requests} requests is used up",
                f"[safety]\nmax_requests = {self._suggest_max_requests(self._max_requests)}",
            )
        if self._max_seconds is not None and self._elapsed() >= self._max_seconds:
            return self._build_time_stop(self._max_seconds)
        return None

    def _suggest_max_requests(self, too_few: int) -> int:
        """Twice the limit, or the plan's requests and half as many for setup and confirmations."""
        return max(2 * too_few, -(-self._expected * 3 // 200) * 100)

    def check(self) -> None:
        """Raise ProbeStopped when no further request may be sent."""
        if stop := self.spent:
            raise stop

    def take(self) -> None:
        """Count a request that is about to be sent. Raises ProbeStopped when none is left."""
        with self._lock:
            self.check()
            self.requests += 1

    def count(self) -> None:
        """Count a request that is sent even when the budget is used up (clean-up)."""
        with self._lock:
            self.requests += 1

    def afford(self, seconds: float) -> None:
        """Raise ProbeStopped when the run would end before so many real seconds have passed."""
        if self._max_seconds is not None and self._elapsed() + seconds > self._max_seconds:
            raise self._build_time_stop(self._max_seconds)

    @staticmethod
    def _build_time_stop(seconds: float) -> ProbeStopped:
        return ProbeStopped.not_tested(
            NotTestedKind.NEEDS_BUDGET,
            f"the budget of {seconds:g} seconds is used up",
            f"[safety]\nmax_seconds = {2 * seconds:g}",
        )
