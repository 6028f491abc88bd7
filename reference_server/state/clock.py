"""The server's clock: real time plus an offset that the control plane moves."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache


class Clock:
    """Seconds since the epoch, as the server sees them."""

    __slots__ = ("_offset",)

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """The present, in epoch seconds."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass at once; negative seconds turn the clock back."""
        self._offset += seconds


def format_http_date(at: float) -> str:
    """An instant as an IMF-fixdate (RFC 9110, section 5.6.7). at: epoch seconds."""
    return _format_second(int(at))


@lru_cache(maxsize=64)
def _format_second(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def parse_instant(text: str) -> float:
    """Epoch seconds of an ISO date or date-time; without an offset it is UTC."""
    parsed = datetime.fromisoformat(text)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
