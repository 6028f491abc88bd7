"""Evidence for the page: a few exchanges to lay out, all others packed for its script.

10^5 exchanges as elements of a page take minutes to open; as gzip chunks that the script
unpacks on demand they take a third of a second.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.model.exchange import Exchange, Transcript
from apicheck.report.text import join_lines
from apicheck.report.wire import describe_sender, join_text, make_title, show_exchange

BEFORE = 6
"""So many of the exchanges that went before a wanted one are named."""
CHUNK = 500
"""Exchanges in one chunk."""
MOST_PACKED = 100_000
"""Exchanges beyond these are in the journal only, and the page says so."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the transcripts of a run held.

    kept: exchange id -> exchange, of those that were asked for. chunk_of: exchange id -> index
    of its chunk. before: exchange id -> in a line each, what its conversation held before it, the
    last few. omitted: how many exchanges are in no chunk.
    """

    kept: Mapping[str, Exchange]
    chunks: tuple[str, ...] = ()
    chunk_of: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    total: int = 0
    omitted: int = 0


def gather_evidence(transcripts: Iterable[Transcript], wanted: frozenset[str]) -> Evidence:
    """Reads the transcripts once: keeps the wanted exchanges and packs all of them."""
    kept: dict[str, Exchange] = {}
    before: dict[str, tuple[str, ...]] = {}
    chunk_of: dict[str, int] = {}
    chunks: list[str] = []
    rows: list[list[str]] = []
    total = omitted = 0
    for transcript, index, exchange in _exchanges(transcripts):
        total += 1
        if exchange.id in wanted:
            kept[exchange.id] = exchange
            before[exchange.id] = tuple(_before(transcript, index))
        elif total > MOST_PACKED:
            omitted += 1
            continue
        chunk_of[exchange.id] = len(chunks)
        rows.append(_row(transcript.probe, exchange))
        if len(rows) == CHUNK:
            chunks.append(_packed(rows))
            rows = []
    if rows:
        chunks.append(_packed(rows))
    return Evidence(kept, tuple(chunks), chunk_of, before, total, omitted)


def _exchanges(transcripts: Iterable[Transcript]) -> Iterator[tuple[Transcript, int, Exchange]]:
    for transcript in transcripts:
        for index, exchange in enumerate(transcript.exchanges):
            yield transcript, index, exchange


def _before(transcript: Transcript, index: int) -> Iterator[str]:
    """What a conversation held before one of its exchanges; the beginning of a long one is cut."""
    first = max(index - BEFORE, 0)
    if first:
        yield f"{first} more"
    for exchange in transcript.exchanges[first:index]:
        who = exchange.request.identity or exchange.request.caller.value
        yield f"{make_title(exchange)} as {join_lines(who)}"


def _row(probe: str, exchange: Exchange) -> list[str]:
    view = show_exchange(exchange)
    return [
        exchange.id,
        make_title(exchange),
        f"{probe} · {describe_sender(exchange)}",
        join_text(view.request),
        join_text(view.response),
    ]


def _packed(rows: list[list[str]]) -> str:
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()
