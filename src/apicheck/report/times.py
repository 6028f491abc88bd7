"""The times of a run, as other formats write them. A damaged time counts as the epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apicheck.model.results import Provenance
from apicheck.model.target import Mode

_EPOCH = datetime.fromtimestamp(0, UTC)
_LONGEST_S = 10 * 365 * 86400.0
"""Of a moment in a run: its clock may have been moved by years, but calendars end."""


def read_start(run: Provenance) -> datetime:
    """When the run began."""
    return _read(run.started)


def find_clock(run: Provenance) -> datetime | None:
    """When the target's clock of the run began; None for recorded traffic, which is older."""
    return None if run.mode == Mode.PASSIVE else read_start(run)


def read_end(run: Provenance) -> datetime:
    """When the run ended; for a run that was killed, when it began."""
    return _read(run.finished or run.started)


def measure_seconds(run: Provenance) -> float:
    """How long the run took, in seconds."""
    return (read_end(run) - read_start(run)).total_seconds()


def locate_in_time(run: Provenance, seconds: float) -> datetime:
    """The moment that lies so many seconds after the beginning of the run, on its own clock."""
    return locate(read_start(run), seconds)


def locate(start: datetime, seconds: float) -> datetime:
    """The moment that lies so many seconds after a start."""
    return start + timedelta(seconds=min(max(seconds, 0.0), _LONGEST_S))


def write_time(moment: datetime) -> str:
    """Write a time as RFC 3339, UTC, in milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return _EPOCH
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
