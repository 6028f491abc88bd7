"""Passive checks: what was seen of each promise on each operation, made into a fold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from apicheck.authoring.judging import shortest_first
from apicheck.model.check import Fold, PassiveResult
from apicheck.model.exchange import Direction, Exchange
from apicheck.model.subject import RunContext
from apicheck.model.verdict import Failure

_WITNESSES = 5
_PASSES_SHOWN = 3


@dataclass(slots=True)
class _Tally:
    """What was seen of one promise on one operation."""

    exercised: int = 0
    good: list[Exchange] = field(default_factory=list)
    bad: dict[tuple[str, str], tuple[Failure, int, list[Exchange]]] = field(default_factory=dict)


@dataclass(slots=True)
class Tallies:
    """What was seen of every promise on every operation; equal outcome and detail are one."""

    _by_subject: dict[tuple[str, str], _Tally] = field(default_factory=dict)

    def note(self, of: str, exchange: Exchange, fails: Failure | None) -> None:
        """The exchange puts the promise `of` (a fact path) to the test, with this result."""
        key = (exchange.request.operation, of)
        _count(self._by_subject.setdefault(key, _Tally()), exchange, fails)

    def seen(self) -> tuple[PassiveResult, ...]:
        """What a fold returns."""
        return tuple(
            seen
            for (subject, of), tally in self._by_subject.items()
            for seen in _seen(subject, of, tally)
        )


Looks = Callable[[RunContext, Exchange], Iterable[tuple[str, Failure | None]]]
"""Looks at one answered exchange: yields (fact path, what is wrong or None) for every promise
that the exchange puts to the test; yields nothing where it tests none."""


def per_exchange(looks: Looks) -> Fold:
    """A fold that looks at every answered exchange by itself.

    The exchanges of one operation are one subject; equal outcome and detail are one failure.
    """

    def start(_: RunContext) -> Tallies:
        return Tallies()

    def step(context: RunContext, tallies: Tallies, exchange: Exchange) -> Tallies:
        if exchange.response is not None and exchange.direction is Direction.OUT:
            for of, fails in looks(context, exchange):
                tallies.note(of, exchange, fails)
        return tallies

    def finish(_: RunContext, tallies: Tallies) -> tuple[PassiveResult, ...]:
        return tallies.seen()

    return Fold(start, step, finish)


def _count(tally: _Tally, exchange: Exchange, fails: Failure | None) -> None:
    tally.exercised += 1
    if fails is None:
        if len(tally.good) < _PASSES_SHOWN:
            tally.good.append(exchange)
        return
    key = (fails.outcome, fails.detail)
    first, count, witnesses = tally.bad.get(key, (fails, 0, []))
    if len(witnesses) < _WITNESSES:
        witnesses.append(exchange)
    tally.bad[key] = (first, count + 1, witnesses)


def _seen(subject: str, of: str, tally: _Tally) -> Iterable[PassiveResult]:
    if not tally.bad:
        yield PassiveResult(
            subject, of, tally.exercised, None, shortest_first(tally.good), len(tally.good)
        )
    for fails, count, witnesses in tally.bad.values():
        yield PassiveResult(subject, of, tally.exercised, fails, shortest_first(witnesses), count)
