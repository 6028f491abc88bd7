"""Draw when webhooks were delivered, and what the listener responded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from apicheck.model.exchange import Direction, Exchange, Transcript
from apicheck.report.text import cut

WIDTH, LABELS, STEP = 640, 250, 18
_NAME = 42
_ROOM = 60
"""Right of the longest lane, for its seconds."""
MOST = 16
_LEAST = 2
_MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery. at: seconds after the first of its probe. signature: as the recorder saw it."""

    at: float
    path: str
    status: int
    signature: str
    x: float

    @property
    def taken(self) -> bool:
        """Whether the listener acknowledged it."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class DeliveryLane:
    """The deliveries of one playing of a probe, on a scale of its own."""

    probe: str
    name: str
    seconds: float
    y: int
    points: tuple[Delivery, ...]


def view_deliveries(transcripts: Iterable[Transcript]) -> tuple[DeliveryLane, ...]:
    """View the probes with more than one delivery, those with most of them first."""
    found: dict[str, list[Exchange]] = {}
    for transcript in transcripts:
        came = [one for one in transcript.exchanges if one.direction is Direction.IN]
        if len(came) > len(found.get(transcript.probe, ())):
            found[transcript.probe] = came
    longest = sorted(
        (item for item in found.items() if len(item[1]) >= _LEAST),
        key=lambda item: (-len(item[1]), item[0]),
    )
    return tuple(_draw(index, *item) for index, item in enumerate(longest[:MOST]))


def _draw(index: int, probe: str, came: list[Exchange]) -> DeliveryLane:
    came = sorted(came, key=lambda one: one.sent_at)[:_MOST_POINTS]
    first, seconds = came[0].sent_at, came[-1].sent_at - came[0].sent_at
    points = tuple(_place(one, one.sent_at - first, seconds) for one in came)
    return DeliveryLane(probe, cut(probe, _NAME), seconds, index * STEP + STEP // 2, points)


def _place(exchange: Exchange, at: float, seconds: float) -> Delivery:
    across = at / seconds if seconds else 0.0
    return Delivery(
        at=at,
        path=exchange.request.path,
        status=exchange.status,
        signature=next(_list_signatures(exchange), ""),
        x=round(LABELS + across * (WIDTH - LABELS - _ROOM), 1),
    )


def _list_signatures(exchange: Exchange) -> Iterator[str]:
    """What was seen of the signature; of several secrets, the one that it is valid for."""
    seen = [one.value for one in exchange.observed("signature")]
    yield from (value for value in seen if value == "valid")
    yield from seen
