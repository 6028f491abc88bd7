"""Rate limiters on the server's clock: five honest ways to count.

A limiter counts the requests of one bucket and one key. Each question has the limit, so that a
limit that changes does not lose what was counted.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands after a question. Times in epoch seconds.

    used: requests that count now. resets: when none will any more. retry: when the next one
    is admitted, if it is refused.
    """

    allowed: bool
    used: int
    resets: float
    retry: float


class Limiter(Protocol):
    """Counts the requests of one key."""

    def ask(self, now: float, limit: int, *, count: bool) -> Standing:
        """Whether one more request is within the limit; count: and it is made."""
        ...

    def give_back(self) -> None:
        """The last request that was counted costs nothing after all."""
        ...


class FixedWindow:
    """A window begins with the first request, or (aligned) with the clock."""

    def __init__(self, window: float, *, aligned: bool = False) -> None:
        self._window = window
        self._aligned = aligned
        self._start: float | None = None
        self._used = 0

    def ask(self, now: float, limit: int, *, count: bool) -> Standing:
        """See `Limiter`."""
        if self._start is None or now >= self._start + self._window:
            self._used = 0
            self._start = self._begin(now) if count or self._aligned else None
        start = now if self._start is None else self._start
        allowed = self._used < limit
        if allowed and count:
            self._used += 1
        end = start + self._window
        return Standing(allowed, self._used, end, end)

    def give_back(self) -> None:
        """See `Limiter`."""
        self._used -= 1

    def _begin(self, now: float) -> float:
        return now - now % self._window if self._aligned else now


class SlidingLog:
    """Remembers when each request came; a request counts for one window."""

    def __init__(self, window: float, *, counts_refused: bool = False) -> None:
        self._window = window
        self._counts_refused = counts_refused
        self._times: deque[float] = deque()

    def ask(self, now: float, limit: int, *, count: bool) -> Standing:
        """See `Limiter`."""
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()
        allowed = len(self._times) < limit
        if count and (allowed or self._counts_refused):
            self._times.append(now)
        used = len(self._times)
        last = self._times[-1] if self._times else now
        freed = self._times[min(used - 1, max(0, used - limit))] if self._times else now
        return Standing(allowed, used, last + self._window, freed + self._window)

    def give_back(self) -> None:
        """See `Limiter`."""
        if self._times:
            self._times.pop()


class SlidingCounter:
    """Two aligned windows; the one before counts by how much of it is still in view."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._start = -math.inf
        self._before = 0
        self._used = 0

    def ask(self, now: float, limit: int, *, count: bool) -> Standing:
        """See `Limiter`."""
        start = now - now % self._window
        if start != self._start:
            self._before = self._used if start == self._start + self._window else 0
            self._used, self._start = 0, start
        seen = self._seen(now)
        allowed = seen + 1 <= limit
        if allowed and count:
            self._used += 1
            seen += 1
        resets = start + self._window * (2 if self._used else 1)
        return Standing(allowed, math.ceil(seen), resets, self._next(now, limit))

    def give_back(self) -> None:
        """See `Limiter`."""
        self._used -= 1

    def _seen(self, now: float) -> float:
        left = 1 - (now - self._start) / self._window
        return self._before * left + self._used

    def _next(self, now: float, limit: int) -> float:
        room = limit - 1 - self._used
        if room >= 0:
            share = room / self._before if self._before else 1
            return max(now, self._start + self._window * (1 - min(1, share)))
        share = max(0, limit - 1) / max(1, self._used)
        return self._start + self._window * (2 - min(1, share))


class TokenBucket:
    """Refills evenly: `limit` a window, at most `burst` (default: the limit) at once."""

    def __init__(self, window: float, burst: int | None = None) -> None:
        self._window = window
        self._burst = burst
        self._empty_at = -math.inf

    def ask(self, now: float, limit: int, *, count: bool) -> Standing:
        """See `Limiter`."""
        self._each = self._window / max(1, limit)
        size = (self._burst or limit) * self._each
        debt = max(0.0, self._empty_at - now)
        allowed = debt + self._each <= size + 1e-6
        if allowed and count:
            debt += self._each
            self._empty_at = now + debt
        retry = now + max(0.0, debt + self._each - size)
        return Standing(allowed, math.ceil(debt / self._each - 1e-6), now + debt, retry)

    def give_back(self) -> None:
        """See `Limiter`."""
        self._empty_at -= self._each


@dataclass(frozen=True, slots=True)
class Options:
    """What the policy says of counting, beside the limit itself. window: seconds."""

    window: float
    burst: int | None = None
    counts_refused: bool = False


LIMITERS: dict[str, Callable[[Options], Limiter]] = {
    "fixed": lambda o: FixedWindow(o.window),
    "aligned": lambda o: FixedWindow(o.window, aligned=True),
    "sliding-log": lambda o: SlidingLog(o.window, counts_refused=o.counts_refused),
    "sliding-counter": lambda o: SlidingCounter(o.window),
    "bucket": lambda o: TokenBucket(o.window, o.burst),
}
