"""Durations and sizes as a policy writes them."""

from __future__ import annotations

import math
import re

_SECONDS = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
    "month": 2_629_746.0,  # a twelfth of the Gregorian year
    "year": 31_556_952.0,
}
_UNITS = {
    **{unit: unit for unit in _SECONDS},
    "sec": "s",
    "second": "s",
    "min": "m",
    "minute": "m",
    "hour": "h",
    "day": "d",
    "week": "w",
    "y": "year",
}
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}

_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)")
_SIZE = re.compile(r"(\d+) ?([A-Za-z]+)")


def parse_seconds(duration: str) -> float:
    """The seconds of a duration: "60s", "1h", "90 days", "12 months". Raises ValueError."""
    amount, unit = _read_duration(duration)
    return amount * _SECONDS[unit]


def count_calendar_days(duration: str) -> int | None:
    """The most days of a duration in months or years; None where its length is fixed, or no number.

    Raises ValueError.
    """
    amount, unit = _read_duration(duration)
    longest = {"month": 31, "year": 366}.get(unit)
    days = math.inf if longest is None else amount * longest
    return None if math.isinf(days) else math.ceil(days)


def _read_duration(duration: str) -> tuple[float, str]:
    found = _DURATION.fullmatch(duration)
    unit = found and (_UNITS.get(found[2]) or _UNITS.get(found[2].removesuffix("s")))
    if not found or not unit:
        raise ValueError(f"not a duration: {duration!r}")
    return float(found[1]), unit


def parse_size(text: str) -> int:
    """The bytes of a size: "64KiB". Raises ValueError."""
    found = _SIZE.fullmatch(text)
    if not found or found[2] not in _BYTES:
        raise ValueError(f"not a size: {text!r}")
    return int(found[1]) * _BYTES[found[2]]
