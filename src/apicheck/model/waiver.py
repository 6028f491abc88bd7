"""A waiver: a person's decision that a clause may be broken for a time."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.model.facts import Selector


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who allows it, why, and until when. Dates are RFC 3339.

    expires: the last day. ops: only failures on these operations are waived; None for all.
    """

    reason: str
    approver: str
    date: str
    expires: str
    ticket: str = ""
    ops: Selector | None = None

    def __str__(self) -> str:
        where = f" on {', '.join(self.ops.items)}" if self.ops else ""
        ticket = f", {self.ticket}" if self.ticket else ""
        return f"waived{where} by {self.approver} until {self.expires}{ticket}: {self.reason}"
