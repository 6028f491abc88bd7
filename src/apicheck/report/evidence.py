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
from apicheck.report.wire import about, shown, text, title

CHUNK = 500
"""Exchanges in one chunk."""
MOST_PACKED = 100_000
"""Exchanges beyond these are in the journal only, and the page says so."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the transcripts of a run held.

    kept: exchange id -> exchange, of those that were asked for. chunk_of: exchange id -> index
    of its chunk. omitted: how many exchanges are in no chunk.
    """

    kept: Mapping[str, Exchange]
    chunks: tuple[str, ...] = ()
    chunk_of: Mapping[str, int] = field(default_factory=dict)
    total: int = 0
    omitted: int = 0


def gathered(transcripts: Iterable[Transcript], wanted: frozenset[str]) -> Evidence:
    """Reads the transcripts once: keeps the wanted exchanges and packs all of them."""
    kept: dict[str, Exchange] = {}
    chunk_of: dict[str, int] = {}
    chunks: list[str] = []
    rows: list[list[str]] = []
    total = omitted = 0
    for probe, exchange in _exchanges(transcripts):
        total += 1
        if exchange.id in wanted:
            kept[exchange.id] = exchange
        elif total > MOST_PACKED:
            omitted += 1
            continue
        chunk_of[exchange.id] = len(chunks)
        rows.append(_row(probe, exchange))
        if len(rows) == CHUNK:
            chunks.append(_packed(rows))
            rows = []
    if rows:
        chunks.append(_packed(rows))
    return Evidence(kept, tuple(chunks), chunk_of, total, omitted)


def _exchanges(transcripts: Iterable[Transcript]) -> Iterator[tuple[str, Exchange]]:
    for transcript in transcripts:
        for exchange in transcript.exchanges:
            yield transcript.probe, exchange


def _row(probe: str, exchange: Exchange) -> list[str]:
    view = shown(exchange)
    return [
        exchange.id,
        title(exchange),
        f"{probe} · {about(exchange)}",
        text(view.request),
        text(view.response),
    ]


def _packed(rows: list[list[str]]) -> str:
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()
