"""The journal of a run: JSON lines, each appended when it is known, readable after a kill.

An exchange is written when it is over, and named by its id in each transcript that has it. So what
is lost when a run is killed is what was under way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from apicheck.model.exchange import Exchange, Request, Transcript
from apicheck.probe.clock import Journey
from apicheck.probe.journal_lines import Begin, Line, Over, Sending, decode, encode

_BETWEEN_SYNCS_S = 1.0
_CREATING = ("POST", "PUT")


class Journal:
    """Appends to a file, each line before the next; safe to share by threads.

    lost: called once, with why, when the file can no longer be written. Nothing is written then,
    and nothing raised: who plays is about to end in order.
    """

    def __init__(self, path: Path, lost: Callable[[str], None] | None = None) -> None:
        self._file = path.open("ab", buffering=0)
        self._lost = lost
        self._writable = True
        self._lock = threading.Lock()
        self._written: dict[str, Exchange] = {}
        self._closing = threading.Event()
        self._syncing = threading.Thread(target=self._sync, name="apicheck-journal", daemon=True)
        self._syncing.start()

    def begin(self, mark: str) -> None:
        """Note what the values have that the session makes unique."""
        self._write(encode(Begin(mark), {}))

    def note_sending(self, name: str, request: Request) -> None:
        """Note a request that may create something, and the id that its exchange will have."""
        if request.method in _CREATING:
            self._write(encode(Sending(name, f"{request.method} {request.path}"), {}))

    def note_clock(self, journey: Journey) -> None:
        """Note where the target's clock is about to go, or that it is back."""
        self._write(encode(journey, {}))

    def note_over(self, exchange: Exchange) -> None:
        """Append an exchange that is over."""
        line = encode(Over(exchange), {})
        with self._lock:
            self._written[exchange.id] = exchange
        self._write(line)

    def __call__(self, transcript: Transcript) -> None:
        """Append a transcript that is complete."""
        with self._lock:
            line = encode(transcript, self._written)
            self._written |= {exchange.id: exchange for exchange in transcript.exchanges}
            self._append(line)

    def close(self) -> None:
        """Close the file."""
        self._closing.set()
        self._syncing.join()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, line: bytes) -> None:
        with self._lock:
            self._append(line)

    def _append(self, line: bytes) -> None:
        rest = memoryview(line)
        try:
            while self._writable and rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._writable = False
            if self._lost is None:
                raise
            self._lost(f"the journal cannot be written: {error.strerror}")

    def _sync(self) -> None:
        """Bring what is written to the disk, so that a power cut takes little of it."""
        synced = 0
        while not self._closing.wait(_BETWEEN_SYNCS_S):
            with suppress(OSError):
                size = os.fstat(self._file.fileno()).st_size
                if size != synced:
                    os.fsync(self._file.fileno())
                    synced = size


@dataclass(slots=True)
class Record:
    """What a journal holds. exchanges: every one, also of what was not complete, by id.

    sent: the requests that may have created something, by the id of their exchange. Only those
    without an exchange tell what was under way when the run was killed. journey: the last
    that is told of the target's clock.
    """

    marks: list[str] = field(default_factory=list)
    transcripts: list[Transcript] = field(default_factory=list)
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    journey: Journey | None = None

    def add(self, line: Line) -> None:
        """Add a line."""
        match line:
            case Begin(mark):
                self.marks.append(mark)
            case Sending(name, request):
                self.sent[name] = request
            case Journey():
                self.journey = line
            case Over(exchange):
                self.exchanges[exchange.id] = exchange
            case Transcript():
                self.transcripts.append(line)
                self.exchanges |= {exchange.id: exchange for exchange in line.exchanges}


def read_record(path: Path) -> Record:
    """Everything that a journal holds. A torn last line, of a killed run, is skipped.

    Raises ValueError, which names the line, when another line cannot be read.
    """
    record = Record()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                record.add(decode(line, record.exchanges))
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    break
                why = _describe(error)
                raise ValueError(f"{path}:{number}: no line of a journal: {why}") from None
    return record


def read(path: Path) -> Iterator[Transcript]:
    """The transcripts of a journal. Raises what `read_record` raises."""
    yield from read_record(path).transcripts


def _describe(error: Exception) -> str:
    match error:
        case KeyError():
            return f"{error.args[0]} is missing"
        case ValueError():
            return str(error)
        case RecursionError():
            return "it is nested too deeply"
    return "a value is of the wrong type"
