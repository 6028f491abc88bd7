"""The times of signing: how schemes write them, and how far they may be from now."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime

from apicheck.model.received import parse_date
from apicheck.signatures.delivery import STALE, VALID, Signing

_FAR_FUTURE = 10**11  # seconds; 13 digits, milliseconds, are above it
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
UNITS = ("seconds", "milliseconds", "rfc3339", "http-date")


def judge_time(signing: Signing, timestamp: str, *, future: bool = True) -> str:
    """VALID, or STALE for epoch seconds beyond the tolerance. future: bounded as the past is."""
    ahead = signing.tolerance_s if future else float("inf")
    fits = signing.now - signing.tolerance_s <= int(timestamp) <= signing.now + ahead
    return VALID if fits else STALE


def is_timestamp(text: str) -> bool:
    """Whether a text is epoch seconds in plain decimal digits, as verifiers may require."""
    return text.isascii() and text.isdigit() and len(text) <= len("1614265330000000")


def parse_timestamp(text: str, unit: str = "") -> float | None:
    """Epoch seconds of a timestamp; None for a text that is none, or is not in the unit.

    unit: one of `UNITS`; "" for whichever the text shows: as seconds, 13 digits would be in a far
    millennium.
    """
    if is_timestamp(text):
        number = int(text)
        found = "seconds" if number < _FAR_FUTURE else "milliseconds"
        if (unit or found) not in ("seconds", "milliseconds"):
            return None
        return number / 1000 if (unit or found) == "milliseconds" else float(number)
    if unit in ("", "rfc3339") and _RFC_3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).timestamp()
        except (ValueError, OverflowError):
            return None
    return parse_date(text) if unit in ("", "http-date") and _HTTP_DATE.fullmatch(text) else None


def format_time(now: float, unit: str) -> str:
    """A timestamp in a unit of `UNITS`; "" for seconds."""
    if unit == "rfc3339":
        return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    if unit == "http-date":
        return format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
    return str(int(now * 1000) if unit == "milliseconds" else int(now))
