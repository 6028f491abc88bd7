"""Draw how a rate limit was used up: what was left after each request, and when one was refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from apicheck.model.exchange import Exchange, Transcript
from apicheck.model.results import Results

WIDTH, HEIGHT = 640, 110
MOST = 8
_LEAST_POINTS = 4
_MOST_POINTS = 300
_MOST_ROWS = 30
_REFUSED = 429
_FACT = "rate_limits.headers.remaining"
_NAMED = re.compile(r"(?:^|[;,\s])(?:r|remaining)=(\d{1,15})\b", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"\s*(\d{1,15})\b")


@dataclass(frozen=True, slots=True)
class Point:
    """One response. at: seconds after the first. left: what it says is left, None for nothing."""

    at: float
    status: int
    left: int | None
    retry_after: str

    @property
    def refused(self) -> bool:
        """Whether the request was refused by the limit."""
        return self.status == _REFUSED


@dataclass(frozen=True, slots=True)
class Timeline:
    """The responses to one client in one playing of a probe, with the drawing of them.

    line: "x,y x,y" of what is left: as the last response said, until the next one.
    marks: where refusals are. waits: from where to where Retry-After asks a client to wait, without
    overlaps. edges: where more is left than before, as a window has begun.
    """

    probe: str
    requests: int
    refused: int
    seconds: float
    highest: int
    line: str
    marks: tuple[tuple[float, float], ...]
    waits: tuple[tuple[float, float], ...]
    edges: tuple[float, ...]
    rows: tuple[Point, ...]
    """Those at which something changed, in order."""


def view_timelines(results: Results, transcripts: Iterable[Transcript]) -> tuple[Timeline, ...]:
    """View the longest playing of each subject in which a client ran into a limit."""
    named = (one.get("value") for one in results.facts if one.get("path") == _FACT)
    field = next((one for one in named if isinstance(one, str)), "RateLimit")
    longest: dict[str, tuple[str, list[Point]]] = {}
    for transcript in transcripts:
        points = _read_points(transcript.exchanges, field)
        subject = transcript.probe.split("/")[2:3]
        if not subject or len(points) <= len(longest.get(subject[0], ("", []))[1]):
            continue
        longest[subject[0]] = (transcript.probe, points)
    return tuple(_draw(probe, points) for probe, points in list(longest.values())[:MOST])


def _read_points(exchanges: Iterable[Exchange], field: str) -> list[Point]:
    """The responses to the client that sent most, if it was refused, and told what is left."""
    responded = [one for one in exchanges if one.response is not None and one.role.exercises]
    if not any(one.status == _REFUSED for one in responded):
        return []
    who = Counter(one.request.identity for one in responded).most_common(1)[0][0]
    own = sorted((one for one in responded if one.request.identity == who), key=_find_time)
    points = [
        Point(
            max(0.0, _find_time(one) - _find_time(own[0])),
            one.status,
            _read_left(one.received.header(field)),
            one.received.header("Retry-After") or "",
        )
        for one in own
    ]
    told = [point for point in points if point.left is not None]
    is_one = len(told) >= _LEAST_POINTS and any(point.refused for point in points)
    return points if is_one else []


def _find_time(exchange: Exchange) -> float:
    return exchange.sent_at


def _read_left(value: str | None) -> int | None:
    """The number in a field: `5`, `5, 5;w=4`, `"default";r=3;t=4`."""
    found = value and (_NAMED.search(value) or _NUMBER.match(value))
    return int(found[1]) if found else None


def _draw(probe: str, points: list[Point]) -> Timeline:
    seconds = points[-1].at
    highest = max((point.left for point in points if point.left is not None), default=0)

    def place(index: int, point: Point) -> tuple[float, float]:
        across = point.at / seconds if seconds else index / len(points)
        up = (point.left or 0) / highest if highest else 0.0
        return round(across * WIDTH, 1), round(HEIGHT - up * HEIGHT, 1)

    placed = [(point, place(index, point)) for index, point in enumerate(points)]
    told_points = [(point.left, at[0]) for point, at in placed if point.left is not None]
    told = [at for point, at in placed if point.left is not None]
    refused = [at for point, at in placed if point.refused]
    step = max(1, len(told) // _MOST_POINTS)
    return Timeline(
        probe=probe,
        requests=len(points),
        refused=len(refused),
        seconds=seconds,
        highest=highest,
        line=" ".join(_draw_steps(told[::step])),
        marks=tuple(refused[:_MOST_POINTS]),
        waits=tuple(_draw_waits(points, seconds)),
        edges=tuple(_find_edges(told_points))[:_MOST_POINTS],
        rows=tuple(_choose_rows(points))[:_MOST_ROWS],
    )


def _draw_steps(places: Sequence[tuple[float, float]]) -> Iterator[str]:
    """The corners of a line that changes only where a response said so."""
    height = places[0][1]
    for x, y in places:
        if y != height:
            yield f"{x:g},{height:g}"
        yield f"{x:g},{y:g}"
        height = y


def _draw_waits(points: list[Point], seconds: float) -> Iterator[tuple[float, float]]:
    """The times in which Retry-After lets no request be sent, as parts of the width."""
    end = 0.0
    for point in points if seconds else ():
        if point.refused and _SECONDS.fullmatch(point.retry_after):
            until = min(point.at + int(point.retry_after), seconds)
            if until > max(point.at, end):
                yield (
                    round(max(point.at, end) / seconds * WIDTH, 1),
                    round(until / seconds * WIDTH, 1),
                )
                end = until


def _find_edges(told: Sequence[tuple[int, float]]) -> Iterator[float]:
    for (before, _), (left, across) in pairwise(told):
        if left > before:
            yield across


def _choose_rows(points: list[Point]) -> Iterator[Point]:
    """The first and the last response, and those around a change of status."""
    for index, point in enumerate(points):
        around = points[max(0, index - 1) : index + 2]
        if index in (0, len(points) - 1) or any(one.status != point.status for one in around):
            yield point
