"""Names that are no version of an API: missing in between, yet to come, or none at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from apicheck.authoring import Versions

_NUMBER = re.compile(r"(\D*?)(\d+)((?:\.\d+)*)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = "apicheck-no-such-version"
_FAR = 97
"""How far behind the newest version one is that nobody has planned."""
_LONG = 300
_LAST_DAY = "9999-12-31"


def list_unknown(versions: Versions) -> tuple[str, ...]:
    """List versions that do not exist, though a newer one does."""
    names = tuple(versions.known)
    if days := _list_days(names):
        drafts = [_shift(day, 1) for day in days[:-1]] + [_shift(days[0], -1)]
    elif numbers := _list_numbers(names):
        head, tail = _head_of(names), _tail_of(names)
        below = [number - 1 for number in sorted(numbers) if number and number - 1 not in numbers]
        drafts = [f"{head}{number}{tail}" for number in below]
    else:
        drafts = [_WORD]
    return _without_known(versions, drafts)[:2]


def list_future(versions: Versions) -> tuple[str, ...]:
    """List versions that are newer than all that exist: the next one, and one far ahead."""
    names = tuple(versions.known)
    if days := _list_days(names):
        drafts = [_shift(days[-1], 1), _LAST_DAY]
    elif numbers := _list_numbers(names):
        head, tail = _head_of(names), _tail_of(names)
        drafts = [f"{head}{max(numbers) + more}{tail}" for more in (1, _FAR)]
    else:
        drafts = []
    return _without_known(versions, drafts)


def list_malformed(versions: Versions) -> tuple[str, ...]:
    """List what no version looks like: with something behind it, cut off, or very long.

    In a path, only what begins like a version: any other segment is that of a path without one.
    """
    current = versions.current
    found = None if _DATE.fullmatch(current) else _NUMBER.fullmatch(current)
    head = found[1] if found else ""
    drafts = [f"{current}x", f"{current}{head}", f"{current}{'x' * _LONG}"]
    if _DATE.fullmatch(current):
        drafts.append("2024-02-30")
    if versions.place != "path":
        drafts.append(head or "x")
    return _without_known(versions, drafts)


def write_in_other_case(versions: Versions) -> str | None:
    """The current version in the other case; None where it has none."""
    swapped = versions.current.swapcase()
    fits = swapped != versions.current and swapped.isascii() and swapped not in versions.known
    return swapped if fits else None


def _without_known(versions: Versions, drafts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in drafts if one not in versions.known))


def _list_days(names: tuple[str, ...]) -> list[str]:
    """The versions that are dates, in order."""
    return sorted(name for name in names if _DATE.fullmatch(name) and _is_day(name))


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True


def _shift(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _parse(names: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """The versions that have a number."""
    for name in names:
        if found := _NUMBER.fullmatch(name):
            yield found


def _list_numbers(names: tuple[str, ...]) -> set[int]:
    return {int(found[2]) for found in _parse(names)}


def _head_of(names: tuple[str, ...]) -> str:
    """What stands before the number of the newest version: "v"."""
    return max(_parse(names), key=lambda found: int(found[2]))[1]


def _tail_of(names: tuple[str, ...]) -> str:
    """What stands behind the number of the newest version, in zeros: ".0"."""
    return re.sub(r"\d+", "0", max(_parse(names), key=lambda found: int(found[2]))[3])
