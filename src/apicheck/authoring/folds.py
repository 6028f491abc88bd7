"""Passive checks: one function that looks at one exchange, made into a fold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from apicheck.authoring.judging import shortest
from apicheck.model.check import Fold, Seen
from apicheck.model.exchange import Direction, Exchange
from apicheck.model.subject import World
from apicheck.model.verdict import Fails

_WITNESSES = 5
_PASSES_SHOWN = 3


@dataclass(slots=True)
class _Tally:
    """What was seen of one promise on one operation."""

    exercised: int = 0
    good: list[Exchange] = field(default_factory=list)
    bad: dict[tuple[str, str], tuple[Fails, int, list[Exchange]]] = field(default_factory=dict)


Looks = Callable[[World, Exchange], Iterable[tuple[str, Fails | None]]]
"""Looks at one answered exchange: yields (fact path, what is wrong or None) for every promise
that the exchange puts to the test; yields nothing where it tests none."""


def each(looks: Looks) -> Fold:
    """A fold that looks at every answered exchange by itself.

    The exchanges of one operation are one subject; equal outcome and detail are one failure.
    """

    def start(_: World) -> dict[tuple[str, str], _Tally]:
        return {}

    def step(
        world: World, state: dict[tuple[str, str], _Tally], exchange: Exchange
    ) -> dict[tuple[str, str], _Tally]:
        if exchange.response is None or exchange.direction is Direction.IN:
            return state
        for of, fails in looks(world, exchange):
            tally = state.setdefault((exchange.request.operation, of), _Tally())
            _count(tally, exchange, fails)
        return state

    def finish(_: World, state: dict[tuple[str, str], _Tally]) -> tuple[Seen, ...]:
        return tuple(
            seen for (subject, of), tally in state.items() for seen in _seen(subject, of, tally)
        )

    return Fold(start, step, finish)


def _count(tally: _Tally, exchange: Exchange, fails: Fails | None) -> None:
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


def _seen(subject: str, of: str, tally: _Tally) -> Iterable[Seen]:
    if not tally.bad:
        yield Seen(subject, of, tally.exercised, None, shortest(tally.good), len(tally.good))
    for fails, count, witnesses in tally.bad.values():
        yield Seen(subject, of, tally.exercised, fails, shortest(witnesses), count)
