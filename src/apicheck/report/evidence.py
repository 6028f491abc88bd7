"""Gather evidence for the page: it shows a few exchanges, and its script unpacks the others.

A page with 10^5 exchanges as elements takes minutes to open. With gzip chunks that the script
unpacks on demand it takes a third of a second.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from apicheck.model.exchange import Exchange, Transcript
from apicheck.report.text import join_lines, make_visible
from apicheck.report.wire import join_text, make_title, show_exchange

BEFORE = 6
"""How many of the exchanges before a wanted one are named."""
CHUNK = 500
"""Exchanges in one chunk."""
MOST_PACKED = 100_000
"""Exchanges beyond this number are in the journal only, and the page says so."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The exchanges of a run.

    kept: exchange id -> exchange, for the wanted ones. chunk_of: exchange id -> index of its
    chunk. before: exchange id -> a line for each of the last few exchanges before it in its
    transcript. omitted: how many exchanges are in no chunk.
    """

    kept: Mapping[str, Exchange]
    chunks: tuple[str, ...] = ()
    chunk_of: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    total: int = 0
    omitted: int = 0


def gather_evidence(
    transcripts: Iterable[Transcript], wanted: frozenset[str], start: datetime | None
) -> Evidence:
    """Read the transcripts once: keep the wanted exchanges, and pack all of them.

    start: when the run began; None where that is not the clock of the exchanges.
    """
    kept: dict[str, Exchange] = {}
    before: dict[str, tuple[str, ...]] = {}
    chunk_of: dict[str, int] = {}
    chunks: list[str] = []
    rows: list[list[str]] = []
    total = omitted = 0
    for transcript, index, exchange in _iterate(transcripts):
        total += 1
        if exchange.id in wanted:
            kept[exchange.id] = exchange
            before[exchange.id] = tuple(_list_before(transcript, index))
        elif total > MOST_PACKED:
            omitted += 1
            continue
        chunk_of[exchange.id] = len(chunks)
        rows.append(_build_row(transcript.probe, exchange, start))
        if len(rows) == CHUNK:
            chunks.append(_pack(rows))
            rows = []
    if rows:
        chunks.append(_pack(rows))
    return Evidence(kept, tuple(chunks), chunk_of, before, total, omitted)


def _iterate(transcripts: Iterable[Transcript]) -> Iterator[tuple[Transcript, int, Exchange]]:
    """Yield each exchange once, also where several transcripts share it."""
    seen: set[str] = set()
    for transcript in transcripts:
        for index, exchange in enumerate(transcript.exchanges):
            if exchange.id not in seen:
                seen.add(exchange.id)
                yield transcript, index, exchange


def _list_before(transcript: Transcript, index: int) -> Iterator[str]:
    """List the exchanges of a transcript before one of them; only the last few of many."""
    first = max(index - BEFORE, 0)
    if first:
        yield f"{first} more"
    for exchange in transcript.exchanges[first:index]:
        caller = exchange.request.identity or exchange.request.caller.value
        yield f"{make_title(exchange)} as {join_lines(caller)}"


def _build_row(probe: str, exchange: Exchange, start: datetime | None) -> list[str]:
    view = show_exchange(exchange, start, laid_out=False)
    return [
        make_visible(exchange.id),
        view.title,
        f"{join_lines(probe)} · {view.about}",
        join_text(view.request),
        join_text(view.response),
    ]


def _pack(rows: list[list[str]]) -> str:
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()
