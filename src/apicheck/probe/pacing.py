"""Keeps a run below the policy's own limits, so that only checks of limits meet a 429."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apicheck.model.exchange import Exchange, Request
from apicheck.model.facts import Bucket, RateLimits
from apicheck.model.plan import Plan
from apicheck.model.received import parse_count, parse_date
from apicheck.model.target import Identity, Limit
from apicheck.probe.budget import Budget
from apicheck.probe.clock import TargetClock
from apicheck.requests.items import count_items

TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` requests in any stretch of `seconds`, for one key.

    cost: as how many the request in question counts.
    """

    key: tuple[str, str]
    limit: int
    seconds: float
    cost: int = 1


@dataclass(slots=True)
class _Counted:
    """What is known of one key: when its requests ended, and how many are in flight.

    The server counted a request before its response came. So a request counts here until a whole
    window after its response, see `Pacer._compute_retention`.
    """

    finished: deque[float] = field(default_factory=deque)
    in_flight: int = 0


class Ticket:
    """Permission to send one request; `done` must follow."""

    def __init__(self, pacer: Pacer, windows: tuple[Window, ...]) -> None:
        self._pacer = pacer
        self._windows = windows

    def done(self, now: float) -> None:
        """Note that the request is over, at a time on the target's clock."""
        self._pacer.finish(self._windows, now)


class Pacer:
    """Counts requests by key and bucket, and waits where one more would be too many."""

    def __init__(self, plan: Plan, clock: TargetClock, budget: Budget) -> None:
        self._limits = plan.context.facts.rate_limits
        self._overrides = plan.target.limits
        self._bucket_of = plan.context.bucket_of
        self._identities: dict[str, Identity] = dict(plan.context.identities)
        self._clock = clock
        self._budget = budget
        self._lock = threading.Lock()
        self._counted: dict[tuple[str, str], _Counted] = {}
        self._failed_recoveries = 0

    def know(self, identity: Identity) -> None:
        """Note an identity that was made during the run."""
        with self._lock:
            self._identities[identity.name] = identity

    def admit(self, request: Request, *, paced: bool) -> Ticket:
        """Wait until a request fits under every limit that counts it, and count it.

        paced False: count it, and do not wait. Raises ProbeStopped when the budget
        would end before the wait.
        """
        windows = self._find_windows(request)
        while paced and (seconds := self._compute_wait(windows, reserve=True)) > 0:
            if not self._clock.virtual:
                self._budget.afford(seconds)
            self._clock.let_pass(
                lambda: self._compute_wait(windows, reserve=False),
                f"one more request would be above the limit of {windows[0].key[0]}",
            )
        if not paced:
            with self._lock:
                self._reserve(windows)
        return Ticket(self, windows)

    def take_over(self, exchanges: Iterable[Exchange]) -> None:
        """Count requests that the run sent before it was resumed."""
        for exchange in exchanges:
            windows = self._find_windows(exchange.request)
            with self._lock:
                self._reserve(windows)
            self.finish(windows, exchange.received_at)

    def finish(self, windows: tuple[Window, ...], now: float) -> None:
        """Note that a request is over."""
        with self._lock:
            for window in windows:
                counted = self._counted[window.key]
                counted.in_flight -= window.cost
                counted.finished += [now] * window.cost

    def recover(self, request: Request, retry_after: float | None) -> bool:
        """After an unexpected 429: let the time pass that the response asks for.

        Where the response names no time, a virtual clock moves by a window, and a real one by a
        second. False when the time is too long to sleep, or when the target refused after several
        waits in a row: it then refuses for other reasons.
        """
        if self._failed_recoveries >= _MOST_FAILED_RECOVERIES:
            return False
        seconds = retry_after or 0.0
        if not seconds:
            windows = self._find_windows(request) if self._clock.virtual else ()
            usual = 0.0 if self._clock.virtual else _UNKNOWN_S
            seconds = max((window.seconds for window in windows), default=usual)
        longest = _LONGEST_MOVE_S if self._clock.virtual else _LONGEST_SLEEP_S
        if not 0 < seconds <= longest:
            return False
        if not self._clock.virtual:
            self._budget.afford(seconds)
        until = self._clock.now() + seconds
        self._clock.let_pass(
            lambda: until - self._clock.now(),
            f"{request.method} {request.path} was refused, with Retry-After",
        )
        return True

    def note_recovery(self, *, admitted: bool) -> None:
        """Note whether the request was admitted when it was sent again after `recover`."""
        self._failed_recoveries = 0 if admitted else self._failed_recoveries + 1

    def _compute_wait(self, windows: tuple[Window, ...], *, reserve: bool) -> float:
        """Seconds until one more request fits. reserve: count it when it fits now."""
        now = self._clock.now()
        with self._lock:
            seconds = max(
                (self._compute_window_wait(window, now) for window in windows), default=0.0
            )
            if seconds <= 0 and reserve:
                self._reserve(windows)
            if seconds > 0 and self._clock.virtual:
                return max(map(self._compute_retention, windows))
            return seconds

    def _compute_retention(self, window: Window) -> float:
        """Seconds after which a request counts no more.

        A sliding counter counts a request until the window after the request's own is over. A
        virtual clock waits for that, as it costs nothing.
        """
        return window.seconds * (2 if self._clock.virtual else 1) + _MARGIN_S

    def _compute_window_wait(self, window: Window, now: float) -> float:
        counted = self._counted.setdefault(window.key, _Counted())
        finished = counted.finished
        seconds = self._compute_retention(window)
        while finished and finished[0] <= now - seconds:
            finished.popleft()
        missing = window.cost - (window.limit - len(finished) - counted.in_flight)
        if missing <= 0:
            return 0.0
        if len(finished) < missing:
            return _IN_FLIGHT_S
        return finished[missing - 1] + seconds - now

    def _reserve(self, windows: tuple[Window, ...]) -> None:
        for window in windows:
            self._counted.setdefault(window.key, _Counted()).in_flight += window.cost

    def _find_windows(self, request: Request) -> tuple[Window, ...]:
        if self._limits is None or self._limits.over != "refuse":
            return ()
        name = self._bucket_of.get(request.operation)
        first = self._limits.buckets.get(name or "")
        if first is None:
            return ()
        buckets = [first, *(self._limits.buckets[n] for n in first.also)]
        return tuple(
            window
            for bucket in buckets
            for window in self._build_windows(bucket, request, self._limits)
        )

    def _build_windows(
        self, bucket: Bucket, request: Request, limits: RateLimits
    ) -> tuple[Window, ...]:
        identity = self._identities.get(request.identity)
        holder = _holder_of(bucket.per, identity)
        limit, seconds = effective_limit(bucket, self._overrides, limits, identity)
        if holder is None or limit is None:
            return ()
        key = (bucket.name, holder)
        cost = count_items(request) if bucket.counts_items else 1
        windows = [Window(key, limit, seconds, min(cost, limit))]
        if bucket.burst is not None and bucket.burst < limit:
            pause, most = seconds * bucket.burst / limit, bucket.burst
            windows.append(Window((f"{bucket.name} burst", holder), most, pause, min(cost, most)))
        return tuple(windows)


_IN_FLIGHT_S = 0.005
_MARGIN_S = 0.02  # no limiter counts to the microsecond
_MOST_FAILED_RECOVERIES = 2
_LONGEST_SLEEP_S = 120.0
_UNKNOWN_S = 1.0
_LONGEST_MOVE_S = 32 * 86400.0


def _holder_of(per: str, identity: Identity | None) -> str | None:
    """Whose requests a bucket counts together; None for requests without an identity."""
    if per == "ip":
        return ""
    if identity is None:
        return None
    return {
        "user": identity.user or identity.name,
        "account": identity.account or identity.tenant or identity.name,
        "key": identity.app or identity.name,
        "app": identity.app or identity.name,
    }.get(per, identity.name)


def effective_limit(
    bucket: Bucket, overrides: Mapping[str, Limit], limits: RateLimits, identity: Identity | None
) -> tuple[int | None, float]:
    """The limit and window that the target applies: by target file, else plan, else policy."""
    override = overrides.get(bucket.name, Limit())
    planned = limits.plans.get(identity.plan if identity else "", {}).get(bucket.name)
    limit = override.limit or planned or bucket.limit
    return limit, override.window_s or bucket.window_s


def read_retry_after(exchange: Exchange, epoch: float) -> float | None:
    """Seconds to wait that a response asks for, by number or by date; None without either."""
    value = (exchange.response.header("retry-after") if exchange.response else None) or ""
    seconds, date = parse_count(value.strip()), parse_date(value)
    if seconds is not None:
        return float(seconds)
    return None if date is None else max(0.0, date - epoch)
