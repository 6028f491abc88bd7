"""Draw how long each operation took to respond."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apicheck.model.exchange import Direction, Exchange, Transcript
from apicheck.model.results import Results
from apicheck.report.text import cut

WIDTH, LABELS, STEP = 640, 190, 16
MOST = 30
_NAME = 28
_ROOM = 60
"""Right of the longest line, for its number."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the responses of one operation took, in milliseconds."""

    operation: str
    method: str
    path: str
    count: int
    median: float
    high: float
    longest: float


@dataclass(frozen=True, slots=True)
class Lane:
    """The drawing of one operation: a point at the median, a line up to the 95th percentile."""

    name: str
    latency: Latency
    y: int
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Latencies:
    """Every operation, the slowest first. lanes: those that are drawn. height: of the drawing."""

    rows: tuple[Latency, ...]
    lanes: tuple[Lane, ...]
    height: int


def view_latencies(results: Results, transcripts: Iterable[Transcript]) -> Latencies | None:
    """View the operations that responded; None where none did."""
    taken = _collect(transcripts)
    rows = sorted(
        (
            _measure(one.operation, one.method, one.path, sorted(taken[one.operation]))
            for one in results.operations
            if one.operation in taken
        ),
        key=lambda row: (-row.high, row.operation),
    )
    if not rows:
        return None
    drawn = rows[:MOST]
    scale = (WIDTH - LABELS - _ROOM) / (drawn[0].high or 1.0)
    lanes = tuple(
        Lane(
            cut(row.operation, _NAME),
            row,
            index * STEP + STEP // 2,
            round(LABELS + row.median * scale, 1),
            round(LABELS + row.high * scale, 1),
        )
        for index, row in enumerate(drawn)
    )
    return Latencies(tuple(rows), lanes, len(drawn) * STEP)


def _collect(transcripts: Iterable[Transcript]) -> dict[str, list[float]]:
    """Milliseconds of every exchange that has a response, each counted once."""
    seen: set[str] = set()
    taken: dict[str, list[float]] = {}
    for transcript in transcripts:
        for exchange in transcript.exchanges:
            if exchange.id not in seen and _counts(exchange):
                seen.add(exchange.id)
                took = max(exchange.received_at - exchange.sent_at, 0.0) * 1000
                taken.setdefault(exchange.request.operation, []).append(took)
    return taken


def _counts(exchange: Exchange) -> bool:
    return exchange.direction is Direction.OUT and exchange.response is not None


def _measure(operation: str, method: str, path: str, taken: Sequence[float]) -> Latency:
    return Latency(
        operation, method, path, len(taken), _pick(taken, 0.5), _pick(taken, 0.95), taken[-1]
    )


def _pick(taken: Sequence[float], share: float) -> float:
    """The value below which so many of the sorted ones lie, by the nearest rank."""
    return taken[max(math.ceil(len(taken) * share) - 1, 0)]
