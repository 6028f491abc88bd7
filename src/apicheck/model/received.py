"""Read text that a server sent, whatever it is: a value, or None. Nothing here raises."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

_MOST_DIGITS = 15
"""As many as an Integer of RFC 9651 may have; a longer number counts nothing."""
_LONGEST_DATE = 100


def parse_count(text: str) -> int | None:
    """The number of a text that is 1*DIGIT, as RFC 5234 has them: no `²`, no sign, no `1_0`."""
    is_count = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_count else None


@lru_cache(maxsize=256)
def parse_date(text: str) -> float | None:
    """Epoch seconds of a date in any form that recipients read; in UTC where it names no zone."""
    if len(text) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def is_text(value: str) -> bool:
    """Whether a JSON string can be written: one with half of a surrogate pair cannot."""
    return value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value)


def split_url(text: str, base: str = "") -> SplitResult | None:
    """The parts of a URL, which may be relative to another."""
    try:
        return urlsplit(urljoin(base, text) if base else text)
    except ValueError:
        return None
