"""What was played of a run before it is resumed."""

from __future__ import annotations

from dataclasses import dataclass

from apicheck.model.exchange import Exchange, Transcript
from apicheck.probe.clock import Journey

OWNER = "an earlier part of the run"
"""Owns what that part created."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The parts of a run before the one that a session plays.

    exchanges: all of theirs and of clean-ups since, in order. recorded: their transcripts; over:
    those that are not played again. seconds: how long ago the run began, on the target's clock.
    last: the highest number in a name that they made up. marks: what their unique values have.
    under_way: in words, what may have been created, and nobody knows its name. journey: where they
    left the target's clock, if not at home.
    """

    exchanges: tuple[Exchange, ...] = ()
    recorded: tuple[Transcript, ...] = ()
    over: tuple[Transcript, ...] = ()
    seconds: float = 0.0
    last: int = 0
    requests: int = 0
    marks: tuple[str, ...] = ()
    under_way: tuple[str, ...] = ()
    journey: Journey | None = None

    def find(self, attempt: int) -> dict[str, Transcript]:
        """Find the transcripts of one attempt, by probe."""
        return {one.probe: one for one in self.over if one.attempt == attempt and one.case is None}

    def has_shrunk(self, probe: str) -> bool:
        """Whether a smaller value was found for a probe that fails."""
        return any(one.probe == probe and one.case is not None for one in self.over)


NOTHING = Earlier()
