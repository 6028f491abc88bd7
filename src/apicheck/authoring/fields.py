"""Parse fields with a grammar of their own: Link (RFC 8288), HTTP dates, structured dates.

The parsers are strict: they judge a server, which must keep to the grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from apicheck.model.received import parse_count, split_url

__all__ = [
    "Link",
    "find_links",
    "parse_count",
    "parse_http_date",
    "parse_instant",
    "parse_links",
    "parse_structured_date",
    "split_list",
    "split_url",
]

TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TARGET = re.compile(r"[ \t]*<([^<>\s]*)>")
_PARAMETER = re.compile(
    rf'[ \t]*;[ \t]*(?:({TOKEN})(?:[ \t]*=[ \t]*(?:({TOKEN})|"((?:[^"\\]|\\.)*)"))?)?'
)
_QUOTED = r'"(?:[^"\\]|\\.)*'
_OUTSIDE = re.compile(rf'{_QUOTED}"|(?P<comma>,)|(?P<open>{_QUOTED}\\?\Z)|[^,"]+', re.DOTALL)
_OUTSIDE_TARGETS = re.compile(
    rf'<[^>]*>|{_QUOTED}"|(?P<comma>,)|(?P<open><[^>]*\Z|{_QUOTED}\\?\Z)|[^,<"]+', re.DOTALL
)
"""open: what has no end, in which every comma separates; so nothing is looked at often."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_IMF_FIXDATE = re.compile(
    r"([A-Z][a-z]{2}), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT",
    re.ASCII,
)
_SF_DATE = re.compile(r"@(-?[0-9]{1,15})(?:[ ]*;.*)?")


@dataclass(frozen=True, slots=True)
class Link:
    """One link. relations: in lower case. parameters: without rel; the first of a name counts."""

    target: str
    relations: tuple[str, ...]
    parameters: Mapping[str, str]


def parse_links(field: str) -> tuple[Link, ...]:
    """Parse the links of a Link field (several lines: joined by ", "). Raises ValueError."""
    found, wrong = _read_links(field)
    if wrong:
        raise ValueError(wrong[0])
    return found


def find_links(field: str) -> tuple[Link, ...]:
    """The links of a Link field that are well-formed, without the others."""
    return _read_links(field)[0]


def _read_links(field: str) -> tuple[tuple[Link, ...], list[str]]:
    """Read each part by itself: the links, and what is wrong with the parts that are none."""
    found, wrong = [], []
    for start, part in _split(field, _OUTSIDE_TARGETS):
        link = _read_link(part)
        if link is not None:
            found.append(link)
        elif part.strip(" \t"):
            wrong.append(f"no link at character {start + 1} of the Link field")
    return tuple(found), wrong


def _read_link(part: str) -> Link | None:
    target = _TARGET.match(part)
    if target is None:
        return None
    position = target.end()
    parameters: dict[str, str] = {}
    while parameter := _PARAMETER.match(part, position):
        position = parameter.end()
        name, plain, quoted = parameter.groups()
        if name:
            value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            parameters.setdefault(name.lower(), value or "")
    if part[position:].strip(" \t"):
        return None
    relations = tuple(parameters.pop("rel", "").lower().split())
    return Link(target.group(1), relations, parameters)


def split_list(field: str) -> tuple[str, ...]:
    """The members of a list (RFC 9110 section 5.6.1): a comma in quotes separates nothing."""
    found = (member.strip() for _, member in _split(field, _OUTSIDE))
    return tuple(member for member in found if member)


def _split(field: str, outside: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """The parts between the commas outside of others, each with its start."""
    start = 0
    for match in outside.finditer(field):
        if match["comma"]:
            yield start, field[start : match.start()]
            start = match.end()
        elif match["open"]:
            for part in field[start:].split(","):
                yield start, part
                start += len(part) + 1
            return
    yield start, field[start:]


def parse_http_date(text: str) -> float | None:
    """Epoch seconds of an IMF-fixdate (RFC 9110 section 5.6.7); None for another text.

    Recipients must accept the obsolete forms, but servers must not send them.
    """
    return _parse_http_date(text)


@lru_cache(maxsize=256)
def _parse_http_date(text: str) -> float | None:
    """As above: responses of the same second have the same date, and many checks read it."""
    match = _IMF_FIXDATE.fullmatch(text)
    if match is None:
        return None
    day_name, day, month, year, hour, minute, second = match.groups()
    if month not in _MONTHS:
        return None
    try:
        moment = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),  # 60 is a leap second
            tzinfo=UTC,
        )
    except ValueError:
        return None
    if int(second) > 60 or _DAYS[moment.weekday()] != day_name:
        return None
    return moment.timestamp()


def parse_structured_date(text: str) -> int | None:
    """Epoch seconds of a structured field Date (`@1767225600`, RFC 9651 section 3.3.7)."""
    match = _SF_DATE.fullmatch(text.strip(" "))
    return int(match.group(1)) if match else None


def parse_instant(text: str) -> tuple[float, float] | None:
    """The first and last second of an ISO date or date-time; None for another text.

    A date is its whole day in UTC, a date-time one second; without an offset it is in UTC.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    start = moment.timestamp()
    is_date = len(text) <= len("2026-11-21")
    return start, start + (86_399 if is_date else 0)
