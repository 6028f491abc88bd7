"""Reads the clauses that a target file waives, or puts out of scope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from apicheck.load.grammar import parse_optional_selector
from apicheck.load.mistakes import Mistakes
from apicheck.load.reading import Node
from apicheck.model.json import child_pointer
from apicheck.model.waiver import Waiver


def read_waivers(settings: Node, mistakes: Mistakes, today: date) -> Mapping[str, Waiver]:
    """Clause -> its waiver. Adds a mistake for one that has expired, or ends before it begins."""
    found: dict[str, Waiver] = {}
    for clause, written in settings.get("waivers", {}).items():
        pointer = child_pointer("/waivers", clause)
        began, expires = _read_days(written, clause, pointer, mistakes, today)
        if began is not None and expires is not None and expires < began:
            mistakes.add(f"{pointer}/expires", f"the waiver of {clause} ends before it begins")
        found[clause] = Waiver(
            reason=written.get("reason", ""),
            approver=written.get("approver", ""),
            date=str(began or ""),
            expires=str(expires or ""),
            ticket=written.get("ticket", ""),
            ops=parse_optional_selector(written.get("ops")),
        )
    return found


def read_out_of_scope(settings: Node, mistakes: Mistakes, today: date) -> Mapping[str, str]:
    """Clause -> the reason in words, with owner and dates. Adds a mistake for an expired one."""
    found: dict[str, str] = {}
    for clause, written in settings.get("scope", {}).get("out", {}).items():
        waiver = {"reason": written} if isinstance(written, str) else written
        _read_days(waiver, clause, child_pointer("/scope/out", clause), mistakes, today)
        found[clause] = _describe(waiver)
    return found


def _read_days(
    waiver: Node, clause: str, pointer: str, mistakes: Mistakes, today: date
) -> tuple[date | None, date | None]:
    began, expires = (
        _read_date(waiver[key], f"{pointer}/{key}", mistakes) if key in waiver else None
        for key in ("date", "expires")
    )
    if expires is not None and expires < today:
        message = f"the waiver of {clause} expired on {expires}"
        mistakes.add(pointer, message, "renew it, or remove it to test the clause")
    return began, expires


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
