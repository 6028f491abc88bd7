"""Small honest limiters, written for these tests alone: point time, one key."""

from __future__ import annotations

from collections.abc import Callable

Decide = Callable[[float], bool]


def fixed(limit: int, window: float, _: float) -> Decide:
    begin, used = float("-inf"), 0

    def decide(now: float) -> bool:
        nonlocal begin, used
        if now >= begin + window:
            begin, used = now, 0
        used += used < limit + 1
        return used <= limit

    return decide


def aligned(limit: int, window: float, phase: float) -> Decide:
    used: dict[int, int] = {}

    def decide(now: float) -> bool:
        number = int((now - phase) // window)
        if used.get(number, 0) >= limit:
            return False
        used[number] = used.get(number, 0) + 1
        return True

    return decide


def sliding_log(limit: int, window: float, _: float) -> Decide:
    times: list[float] = []

    def decide(now: float) -> bool:
        times[:] = [moment for moment in times if moment > now - window]
        if len(times) >= limit:
            return False
        times.append(now)
        return True

    return decide


def sliding_log_that_counts_refused(limit: int, window: float, _: float) -> Decide:
    times: list[float] = []

    def decide(now: float) -> bool:
        times[:] = [moment for moment in times if moment > now - window]
        times.append(now)
        return len(times) <= limit

    return decide


def sliding_counter(limit: int, window: float, phase: float) -> Decide:
    used: dict[int, int] = {}

    def decide(now: float) -> bool:
        position = (now - phase) / window
        number = int(position // 1)
        before = used.get(number - 1, 0) * (1 - (position - number))
        if before + used.get(number, 0) + 1 > limit:
            return False
        used[number] = used.get(number, 0) + 1
        return True

    return decide


def bucket(limit: int, window: float, _: float) -> Decide:
    tokens, last = float(limit), 0.0

    def decide(now: float) -> bool:
        nonlocal tokens, last
        tokens, last = min(limit, tokens + (now - last) * limit / window), now
        if tokens < 1:
            return False
        tokens -= 1
        return True

    return decide


FAMILIES: dict[str, list[Callable[[int, float, float], Decide]]] = {
    "fixed": [fixed],
    "aligned": [aligned],
    "sliding-log": [sliding_log, sliding_log_that_counts_refused],
    "sliding-counter": [sliding_counter],
    "bucket": [bucket],
}
