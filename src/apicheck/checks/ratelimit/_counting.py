"""Whether the remaining requests that a server reports fall by what the requests cost.

No honest limiter may fail, so every doubt is the server's. Of two responses, one of which was there
before the request of the other was sent, the second reports less than the first by at least what
was surely counted between them, and by at most what may have been. In less than a window, one
window may end, which gives all back at once; a refill, and a window that slides, give back evenly.
What neither explains is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apicheck.authoring import Exchange

_FALLEN = 2
"""Numbers that must be too low: one may be a hiccup of the server."""
_RISEN = 3
"""Numbers that must be too high: one more may be a window that ends."""
_ROUNDING = 1.0
"""Requests by which a server may round what it gives back evenly."""
_AT_ONCE = frozenset({"fixed", "aligned", "sliding-log"})
"""Families that give nothing back within a window, or all of it."""


@dataclass(frozen=True, slots=True)
class Count:
    """One request: decided at some time in [start, end].

    costs: whether it was counted; None: perhaps.
    """

    start: float
    end: float
    costs: bool | None
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Reported(Count):
    """One whose response has the number of remaining requests."""

    remaining: int


@dataclass(frozen=True, slots=True)
class Step:
    """Two responses, one after the other, and what the second can report after the first."""

    before: Reported
    now: Reported
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """What no limiter reports: a number that "rises", "stays", or "falls" too fast."""

    how: str
    step: Step


def split_episodes(counts: Iterable[Count], window_s: float) -> Iterator[tuple[Count, ...]]:
    """Yield the requests that follow a silence, as far as they are within a window.

    At such a time nothing is spent, and nothing that was spent before is given back. What comes
    later than a window is left out, until the next silence.
    """
    episode: list[Count] = []
    reached = float("-inf")
    for count in sorted(counts, key=lambda one: one.start):
        if count.start - reached >= 2 * window_s:
            yield tuple(episode)
            episode = []
        reached = max(reached, count.end)
        if not episode or count.end - episode[0].start < window_s:
            episode.append(count)
    yield tuple(episode)


def find_wrong(
    episode: Sequence[Count], limit: int | None, window_s: float, algorithm: str | None
) -> Wrong | None:
    """Find what no limiter reports that the policy allows; None where one explains all numbers.

    limit: of requests a window; None: not known, so that it cannot be said what is given back.
    """
    steps = [*_compare(episode)]
    fallen = [step for step in steps if step.now.remaining < step.least]
    if len(fallen) >= _FALLEN:
        return Wrong("falls", fallen[-1])
    risen = [step for step in steps if step.now.remaining > step.most]
    if len(risen) < _RISEN:
        return None
    if algorithm not in _AT_ONCE and (limit is None or _is_given_back(steps, limit / window_s)):
        return None
    higher = [step for step in risen if step.now.remaining > step.before.remaining]
    return Wrong("rises", higher[0]) if higher else Wrong("stays", risen[-1])


def _compare(episode: Sequence[Count]) -> Iterator[Step]:
    """Yield the steps of a chain of responses that reported a number, in happens-before order."""
    chain: list[Reported] = []
    for count in episode:
        if isinstance(count, Reported) and (not chain or count.start > chain[-1].end):
            chain.append(count)
    for before, now in pairwise(chain):
        between = [one for one in episode if one is not before and one.costs is not False]
        maybe = sum(1 for one in between if one.end >= before.start and one.start <= now.end)
        sure = sum(
            1
            for one in between
            if one.costs and one.start > before.end and (one is now or one.end < now.start)
        )
        # Of a request that may cost nothing, a response may say what is left before it is given
        # back.
        spare, own = before.costs is not True, now.costs is False
        most, least = before.remaining + spare - sure, before.remaining - maybe - own
        yield Step(before, now, max(0, least), max(0, most))


def _is_given_back(steps: Sequence[Step], rate: float) -> bool:
    """Whether a refill, or a window that slides, may have given back what is too much.

    It gives back at most `rate` requests in a second, from any response to any later one.
    """
    too_much = 0.0
    for step in steps:
        start = too_much or -rate * (step.before.end - step.before.start)
        grown = step.now.remaining - step.most - rate * (step.now.end - step.before.end)
        too_much = max(0.0, start + grown)
        if too_much > _ROUNDING:
            return False
    return True
