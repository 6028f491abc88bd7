"""What a server did only while requests ran side by side, and what to try again alone.

A server that one request after the other does not trouble may fail under the run's own load. That
is no defect of the operation that happened to be asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from apicheck.model.exchange import (
    ONLY_UNDER_LOAD,
    SIDE_BY_SIDE,
    Direction,
    Exchange,
    Observation,
    Transcript,
)

_TRIED = 2
"""Probes that are played again for one status of one operation."""

_BUSY = 503
_ONE = "1"

_Key = tuple[str, int, bool]


def mark_load(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges, with a mark on each 5xx that its operation gave to no request alone.

    A 503 says that it will pass: the server may still be at work on earlier requests. Where it did
    pass, one to a request alone counts as one under load.
    """
    exchanges = tuple(exchanges)
    # To a delivery it is the run that responds.
    asked = [one for one in exchanges if one.direction is Direction.OUT]
    passed = _find_passed(asked)
    alone = {
        _key(one)
        for one in asked
        if one.status >= 500 and one.id not in passed and not one.observed(SIDE_BY_SIDE)
    }
    return tuple(
        _mark(one, passed=one.id in passed) if _key(one) not in alone else one for one in exchanges
    )


def _find_passed(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """Find each 503 after which its operation accepted a request, as it did more often than not."""
    busy: dict[str, list[Exchange]] = {}
    accepted: dict[str, list[float]] = {}
    for one in exchanges:
        if one.status == _BUSY and not one.observed("asked-to-fail"):
            busy.setdefault(one.request.operation, []).append(one)
        elif one.succeeded:
            accepted.setdefault(one.request.operation, []).append(one.sent_at)
    return frozenset(
        one.id
        for operation, several in busy.items()
        for one in several
        if len(times := accepted.get(operation, [])) > len(several) and max(times) > one.received_at
    )


def _mark(exchange: Exchange, *, passed: bool) -> Exchange:
    beside = exchange.observed(SIDE_BY_SIDE)
    if not (beside or passed) or exchange.observed("asked-to-fail"):
        return exchange
    mark = Observation(ONLY_UNDER_LOAD, "", beside[0].value if beside else _ONE)
    return replace(exchange, observations=(*exchange.observations, mark))


def _key(exchange: Exchange) -> _Key:
    return exchange.request.operation, exchange.status, bool(exchange.observed("provoked"))


def select_doubtful(
    marked: Iterable[Exchange], transcripts: Iterable[Transcript]
) -> Iterator[Transcript]:
    """Yield the transcripts whose probe to play again alone: a few for each doubtful status.

    marked: exchanges from `mark_load`. What a check provokes is confirmed as its own failure.
    """
    doubtful = {
        one.id: _key(one)
        for one in marked
        if one.observed(ONLY_UNDER_LOAD) and not one.observed("provoked")
    }
    tried: Counter[_Key] = Counter()
    for transcript in transcripts if doubtful else ():
        keys = {doubtful[e.id] for e in transcript.exchanges if e.id in doubtful}
        if any(tried[key] < _TRIED for key in keys):
            tried.update(keys)
            yield transcript
