"""Folds for passive checks: the results of each promise on each operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from apicheck.authoring.judging import shortest_first
from apicheck.model.check import Fold, PassiveResult
from apicheck.model.exchange import ONLY_UNDER_LOAD, Direction, Exchange
from apicheck.model.operation import Operation
from apicheck.model.subject import RunContext
from apicheck.model.verdict import Failure, Inconclusive

_WITNESSES = 5
_PASSES_SHOWN = 3

__all__ = [
    "Fold",
    "OfAccepted",
    "PassiveResult",
    "Result",
    "Tallies",
    "of_every_operation",
    "per_document",
    "per_exchange",
]

Result = Failure | Inconclusive | None
"""What is wrong with one exchange, or not sure; None for a pass."""


@dataclass(slots=True)
class _Tally:
    """The results of one promise on one operation."""

    exercised: int = 0
    good: list[Exchange] = field(default_factory=list)
    bad: dict[tuple[str, str], tuple[Failure | Inconclusive, int, list[Exchange]]] = field(
        default_factory=dict
    )


@dataclass(slots=True)
class Tallies:
    """The results of every promise on every operation; equal outcome and detail are one failure."""

    _by_subject: dict[tuple[str, str], _Tally] = field(default_factory=dict)

    def note(self, fact: str, exchange: Exchange, result: Result) -> None:
        """Count a test of a fact path: an exchange, with what is wrong, or None."""
        key = (exchange.request.operation, fact)
        _count(self._by_subject.setdefault(key, _Tally()), exchange, result)

    def seen(self) -> tuple[PassiveResult, ...]:
        """The results, as a fold returns them."""
        return tuple(
            result
            for (subject, fact), tally in self._by_subject.items()
            for result in _summarize(subject, fact, tally)
        )


Inspect = Callable[[RunContext, Exchange], Iterable[tuple[str, Result]]]
"""Inspects one exchange with a response: yields (fact path, what is wrong or None) for every
promise that the exchange tests, and nothing where it tests none."""


OfAccepted = Callable[[RunContext, Operation], Iterable[str]]


def of_every_operation(fact: str = "") -> OfAccepted:
    """Make an `of_accepted` that names one fact path for every operation."""
    return lambda _context, _operation: (fact,)


def per_exchange(
    inspect: Inspect,
    *,
    of_accepted: OfAccepted | None = None,
    under_load: bool = False,
    at_any_time: bool = False,
    everywhere: bool = False,
) -> Fold:
    """Make a fold that inspects every exchange with a response by itself.

    The exchanges of one operation are one subject; equal outcome and detail are one failure.
    of_accepted, at_any_time, everywhere: as in `Fold`. under_load: also a 5xx that came only under
    the run's own load.
    """

    def start(_: RunContext) -> Tallies:
        return Tallies()

    def step(context: RunContext, tallies: Tallies, exchange: Exchange) -> Tallies:
        is_response = exchange.response is not None and exchange.direction is Direction.OUT
        if is_response and (under_load or not exchange.observed(ONLY_UNDER_LOAD)):
            for fact, result in inspect(context, exchange):
                tallies.note(fact, exchange, result)
        return tallies

    def finish(_: RunContext, tallies: Tallies) -> tuple[PassiveResult, ...]:
        return tallies.seen()

    return Fold(start, step, finish, of_accepted, at_any_time, everywhere)


Read = Callable[[RunContext], Iterable[tuple[str, str, Failure | None]]]
"""Reads the document: yields (operationId, "" for the API; fact path; what is wrong or None) for
every promise of it."""


def per_document(read: Read) -> Fold:
    """Make a fold that reads the document, and no exchange: the check sends nothing."""

    def start(_: RunContext) -> None:
        """There is nothing to note."""

    def step(_context: RunContext, state: None, _exchange: Exchange) -> None:
        """No exchange says anything of a document."""
        return state

    def finish(context: RunContext, _: None) -> tuple[PassiveResult, ...]:
        return tuple(
            PassiveResult(operation, fact, 1, wrong, count=1)
            for operation, fact, wrong in read(context)
        )

    return Fold(start, step, finish, of_document=True)


def _count(tally: _Tally, exchange: Exchange, result: Result) -> None:
    tally.exercised += 1
    if result is None:
        if len(tally.good) < _PASSES_SHOWN:
            tally.good.append(exchange)
        return
    key = (result.outcome, result.detail) if isinstance(result, Failure) else ("", result.reason)
    first, count, witnesses = tally.bad.get(key, (result, 0, []))
    if len(witnesses) < _WITNESSES:
        witnesses.append(exchange)
    tally.bad[key] = (first, count + 1, witnesses)


def _summarize(subject: str, fact: str, tally: _Tally) -> Iterable[PassiveResult]:
    if not tally.bad:
        yield PassiveResult(
            subject, fact, tally.exercised, None, shortest_first(tally.good), len(tally.good)
        )
    for failure, count, witnesses in tally.bad.values():
        evidence = shortest_first(witnesses)
        yield PassiveResult(subject, fact, tally.exercised, failure, evidence, count)
