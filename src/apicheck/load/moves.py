"""Where the parts of a document were written that has been put into another form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Moves:
    """The places of parts before and after they were moved, as JSON Pointers.

    What is in a part moves with it. What was not moved is where it was written.
    """

    _written: dict[str, str] = field(default_factory=dict)
    """Pointer after the move -> pointer before it."""
    _moved: dict[str, str] = field(default_factory=dict)
    """The same the other way round; of a part that is in several places, the first."""

    def add(self, now: str, written: str) -> None:
        """Note that a part is now at a place, and where it was written."""
        self._written[now] = written
        self._moved.setdefault(written, now)

    def find_written(self, pointer: str) -> str:
        """Where that which is now at a place was written."""
        return _follow(self._written, pointer)

    def find_moved(self, pointer: str) -> str:
        """Where that which was written at a place is now."""
        return _follow(self._moved, pointer)


def _follow(moves: Mapping[str, str], pointer: str) -> str:
    around = pointer
    while around and around not in moves:
        around = around.rpartition("/")[0]
    return moves.get(around, around) + pointer[len(around) :]
