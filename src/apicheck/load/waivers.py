"""Reads the clauses that a target file puts out of scope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apicheck.load.mistakes import Mistakes
from apicheck.model.json import Json, child_pointer

Node = Mapping[str, Json]


def read_waivers(settings: Node, mistakes: Mistakes, today: date) -> Mapping[str, str]:
    """Clause -> the reason in words, with owner and dates. Adds a mistake for an expired waiver."""
    found: dict[str, str] = {}
    for clause, written in settings.get("scope", {}).get("out", {}).items():
        waiver = {"reason": written} if isinstance(written, str) else written
        pointer = child_pointer("/scope/out", clause)
        dates = {
            key: _read_date(waiver[key], f"{pointer}/{key}", mistakes)
            for key in ("date", "expires")
            if key in waiver
        }
        expires = dates.get("expires")
        if expires is not None and expires < today:
            message = f"the waiver of {clause} expired on {expires}"
            mistakes.add(pointer, message, "renew it, or remove it to test the clause")
        found[clause] = _describe(waiver)
    return found


def _read_date(text: str, pointer: str, mistakes: Mistakes) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        mistakes.add(pointer, f'"{text}" is not a date', "write it as 2027-01-31")
        return None


def _describe(waiver: Node) -> str:
    by = f"waived by {waiver['owner']}" if "owner" in waiver else ""
    parts = [
        by,
        f"on {waiver['date']}" if "date" in waiver else "",
        f"until {waiver['expires']}" if "expires" in waiver else "",
    ]
    words = " ".join(filter(None, parts))
    return f"{waiver['reason']} ({words})" if words else str(waiver["reason"])
