"""Reads a baseline: the findings that somebody knows of and accepts for a time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from apicheck.load.mistakes import Mistakes, collect_mistakes
from apicheck.load.source import read_source
from apicheck.model.baseline import LONGEST_DAYS, KnownFinding
from apicheck.model.errors import BaselineError
from apicheck.model.json import Json, child_pointer

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def load_baseline(path: Path, today: date) -> tuple[KnownFinding, ...]:
    """The entries of a baseline, also those that have expired.

    Raises BaselineError with every mistake of the file.
    """
    source = read_source(path, BaselineError)
    mistakes = collect_mistakes(source)
    mistakes.against("baseline", source.value)
    written = source.value.get("known")
    entries = written if isinstance(written, list) else []
    days = [_read_day(entry, n, mistakes, today) for n, entry in enumerate(entries)]
    mistakes.raise_found(BaselineError, source.file)
    return tuple(
        KnownFinding(
            fingerprint=entry["fingerprint"],
            finding=entry.get("finding", ""),
            owner=entry["owner"],
            reason=entry["reason"],
            expires=day,
            subjects=tuple(entry.get("subjects", ())),
            place=f"{source.file}:{source.line(child_pointer('/known', number))}",
        )
        for number, (entry, day) in enumerate(zip(entries, days, strict=True))
    )


def _read_day(entry: Json, number: int, mistakes: Mistakes, today: date) -> date:
    """The last day of an entry; today where the schema has said what is wrong with it."""
    written = entry.get("expires") if isinstance(entry, Mapping) else None
    if not isinstance(written, str) or not _DAY.fullmatch(written):
        return today
    pointer = child_pointer(child_pointer("/known", number), "expires")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        mistakes.add(pointer, f'"{written}" is not a date', "write it as 2027-01-31")
        return today
    latest = today + timedelta(days=LONGEST_DAYS)
    if day > latest:
        message = f"expires in {(day - today).days} days, at most {LONGEST_DAYS} are allowed"
        mistakes.add(pointer, message, f"write {latest}, or an earlier day")
    return day
