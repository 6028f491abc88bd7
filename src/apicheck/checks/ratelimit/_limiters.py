"""Which honest limiters explain a trace of admitted and refused requests.

The moment at which the limiter decided lies between sending and receiving, and is not known. So
each family has the benefit of every doubt, and is excluded only when no order, no moment and no
phase of its windows explains the trace. A replay with point times would exclude honest limiters
even on loopback.

Families (facts' `algorithm`): fixed (a window begins with a request), aligned (with a clock),
sliding-log, sliding-counter (two aligned windows, the older by its share), bucket (token bucket
and GCRA, which are the same function).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

ADMITTED = "admitted"
"""The family would have refused a request that was admitted."""
REFUSED = "refused"
"""The family would have admitted a request that was refused."""

_CELLS = 24
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Hit:
    """One request: decided at some time in [start, end]. admitted None: not known."""

    start: float
    end: float
    admitted: bool | None


@dataclass(frozen=True, slots=True)
class Limiter:
    """What the policy promises.

    burst: most at once of a bucket. counts_refused: whether a refused request costs; None: it may.
    """

    limit: int
    window_s: float
    burst: int | None = None
    counts_refused: bool | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """The requests of one key, with the sorted lists that the families need.

    spent: surely admitted. maybe_starts, maybe_ends: of those that may have been admitted.
    """

    hits: tuple[Hit, ...]
    spent: tuple[Hit, ...]
    refused: tuple[Hit, ...]
    maybe_starts: list[float]
    maybe_ends: list[float]

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Trace:
        """Make the trace of some requests."""
        ordered = tuple(sorted(hits, key=lambda hit: (hit.start, hit.end)))
        maybe = [hit for hit in ordered if hit.admitted is not False]
        return cls(
            hits=ordered,
            spent=tuple(hit for hit in ordered if hit.admitted),
            refused=tuple(hit for hit in ordered if hit.admitted is False),
            maybe_starts=sorted(hit.start for hit in maybe),
            maybe_ends=sorted(hit.end for hit in maybe),
        )

    def at_most(self, begin: float, end: float) -> int:
        """How many may have been admitted in [begin, end]."""
        return bisect_right(self.maybe_starts, end) - bisect_left(self.maybe_ends, begin)


def explain(trace: Trace, limiter: Limiter, algorithm: str | None) -> Mapping[str, str]:
    """Say of each family that the policy allows what it cannot explain: "", ADMITTED or REFUSED.

    algorithm None: the policy does not say, so every family is allowed.
    """
    families = FAMILIES if algorithm is None else {algorithm: FAMILIES[algorithm]}
    return {name: family(trace, limiter) for name, family in families.items()}


def _fixed(trace: Trace, limiter: Limiter) -> str:
    """Windows begin in [low, high], a hull that holds for every possible moment."""
    if not trace.hits:
        return ""
    limit, window = limiter.limit, limiter.window_s
    low, high = trace.hits[0].start, _latest_begin(trace.hits, float("-inf"))
    over_before = float("-inf")
    explained: set[Hit] = set()
    while True:
        sure = sum(1 for h in trace.spent if h.start >= over_before and h.end < low + window)
        if sure > limit:
            return ADMITTED
        explained |= {
            hit
            for hit in trace.refused
            if hit.end >= low
            and hit.start < high + window
            and trace.at_most(low, min(hit.end, high + window)) >= limit
        }
        later = [hit for hit in trace.hits if hit.end >= low + window]
        if not later:
            return "" if explained.issuperset(trace.refused) else REFUSED
        over_before = high + window
        low = max(low + window, min(hit.start for hit in later))
        high = _latest_begin(later, over_before)
        if high - low >= window / 2:
            return ""


def _latest_begin(hits: Iterable[Hit], over_before: float) -> float:
    """When a window has surely begun that begins with one of some requests.

    over_before: when the window before is surely over. One that was perhaps not admitted may
    begin none, as another limit may have refused it.
    """
    surely = [hit.end for hit in hits if hit.admitted is not None and hit.start >= over_before]
    return min(surely) if surely else max(hit.end for hit in hits)


def _sliding_log(trace: Trace, limiter: Limiter) -> str:
    limit, window = limiter.limit, limiter.window_s
    starts = [hit.start for hit in trace.spent]
    ends = sorted(hit.end for hit in trace.spent)
    for index, start in enumerate(starts):
        if bisect_left(ends, start + window) - index > limit:
            return ADMITTED
    if limiter.counts_refused and _admits_after_refusals(trace, limiter):
        return ADMITTED
    unexplained = [h for h in trace.refused if trace.at_most(h.start - window, h.end) < limit]
    if limiter.counts_refused is False:
        return REFUSED if unexplained else ""
    for hit in unexplained:
        others = sum(1 for h in trace.refused if h.end > hit.start - window and h.start <= hit.end)
        if trace.at_most(hit.start - window, hit.end) + others - 1 < limit:
            return REFUSED
    # Refused requests may explain each other, but not the first after a window without any.
    for group in _groups(trace.refused, window):
        first = min(hit.end for hit in group)
        if all(hit in unexplained for hit in group if hit.start <= first):
            return REFUSED
    return ""


def _admits_after_refusals(trace: Trace, limiter: Limiter) -> bool:
    """Whether a request was admitted though it surely was one too many, with those refused."""
    counted = [hit for hit in trace.hits if hit.admitted is not None]
    starts, ends = [hit.start for hit in counted], sorted(hit.end for hit in counted)
    for hit in trace.spent:
        too_old = bisect_right(starts, hit.end - limiter.window_s)
        if bisect_left(ends, hit.start) - too_old >= limiter.limit:
            return True
    return False


def _groups(hits: tuple[Hit, ...], gap: float) -> list[list[Hit]]:
    """Group requests with less than a gap between them, in order of sending."""
    groups: list[list[Hit]] = []
    reached = float("-inf")
    for hit in hits:
        if hit.start - reached >= gap or not groups:
            groups.append([])
        groups[-1].append(hit)
        reached = max(reached, hit.end)
    return groups


def _bucket(trace: Trace, limiter: Limiter) -> str:
    rate = limiter.limit / limiter.window_s
    sizes = {limiter.limit, limiter.burst or limiter.limit}
    found = [_bucket_of(trace, rate, size) for size in sorted(sizes)]
    return "" if "" in found else found[0]


def _bucket_of(trace: Trace, rate: float, size: int) -> str:
    by_end = sorted(trace.spent, key=lambda hit: hit.end)
    step = max(1, len(trace.spent) // 256)
    for first in trace.spent[::step]:
        count = 0
        for hit in by_end:
            if hit.start >= first.start:
                count += 1
                if count > size + rate * (hit.end - first.start) + _ROUNDING:
                    return ADMITTED
    maybe = sorted((h for h in trace.hits if h.admitted is not False), key=lambda hit: hit.end)
    for refusal in trace.refused:
        debt, moment, count = 0.0, float("-inf"), 0
        for hit in maybe:
            if hit.start <= refusal.end:
                count += 1
                latest = min(hit.end, refusal.start)  # nothing drains while it is decided
                debt = max(0.0, debt - rate * (latest - moment)) + 1
                moment = latest
        debt = max(0.0, debt - rate * (refusal.start - moment))
        if not debt or count < size or debt + 1 <= size - _ROUNDING:  # a full bucket admits so many
            return REFUSED
    return ""


def _some_phase(cell: Callable[[Trace, Limiter, float, float], str]) -> Family:
    """Make a family whose windows have a phase: it explains a trace if some cell of phases does."""

    def family(trace: Trace, limiter: Limiter) -> str:
        found: Counter[str] = Counter()
        for low, high in pairwise(_edges(trace, limiter.window_s)):
            wrong = cell(trace, limiter, low, high - low)
            if not wrong:
                return ""
            found[wrong] += 1
        return found.most_common(1)[0][0]

    return family


def _edges(trace: Trace, window: float) -> list[float]:
    """Divide the phases into cells, narrow around each request so that the others are certain."""
    edges = {number * window / _CELLS for number in range(_CELLS + 1)}
    reached = float("-inf")
    for hit in trace.hits:
        if hit.start >= reached:
            edges |= {hit.start % window, reached % window} if reached > 0 else {hit.start % window}
        reached = max(reached, hit.end)
    return sorted(edges | {max(0.0, reached) % window})


def _surely_in(trace: Trace, window: float, phase: float, width: float) -> dict[int, list[float]]:
    """Window number -> ends of the requests that were admitted in it at every phase of the cell."""
    result: dict[int, list[float]] = {}
    for hit in trace.spent:
        number = int((hit.start - phase - width) // window)
        if hit.end < phase + (number + 1) * window:
            result.setdefault(number, []).append(hit.end)
    return result


def _aligned_in(trace: Trace, limiter: Limiter, phase: float, width: float) -> str:
    limit, window = limiter.limit, limiter.window_s
    if any(len(ends) > limit for ends in _surely_in(trace, window, phase, width).values()):
        return ADMITTED
    for hit in trace.refused:
        if not any(
            _possibly_in(trace, number, window, phase, width, until=hit.end) >= limit
            for number in _numbers(hit, window, phase, width)
        ):
            return REFUSED
    return ""


def _counter_in(trace: Trace, limiter: Limiter, phase: float, width: float) -> str:
    limit, window = limiter.limit, limiter.window_s
    sure = _surely_in(trace, window, phase, width)
    for number, ends in sure.items():
        before = len(sure.get(number - 1, ()))
        for spent, end in enumerate(sorted(ends)):
            gone = min(1.0, (end - phase) / window - number)
            # Some round the share of the older window down: only that may let one more through.
            if spent >= limit or before * (1 - gone) + spent >= limit + _ROUNDING:
                return ADMITTED
    count = partial(_possibly_in, trace, window=window, phase=phase, width=width)
    for hit in trace.refused:
        if not any(
            count(number - 1, until=hit.end)
            * (1 - max(0.0, (hit.start - phase - width) / window - number))
            + count(number, until=hit.end)
            + 1
            > limit
            for number in _numbers(hit, window, phase, width)
        ):
            return REFUSED
    return ""


def _numbers(hit: Hit, window: float, phase: float, width: float) -> range:
    """Windows in which a request may have been decided."""
    first = int((hit.start - phase - width) // window)
    return range(first, int((hit.end - phase) // window) + 1)


def _possibly_in(
    trace: Trace, number: int, window: float, phase: float, width: float, *, until: float
) -> int:
    begin = phase + number * window
    return max(0, trace.at_most(begin, min(until, begin + width + window)))


Family = Callable[[Trace, Limiter], str]

FAMILIES: Mapping[str, Family] = {
    "fixed": _fixed,
    "sliding-log": _sliding_log,
    "aligned": _some_phase(_aligned_in),
    "sliding-counter": _some_phase(_counter_in),
    "bucket": _bucket,
}
"""By the policy's word for the algorithm; the simplest first, as a finding is named after it."""
