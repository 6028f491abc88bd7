"""How many requests are under way at once, and how many may be.

A server that says that it has too much to do is asked less at once, and more again once it has
accepted some requests in a row.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_OVERLOADED = (429, 503)
_GOOD_IN_A_ROW = 40


@dataclass(slots=True)
class Lane:
    """One request on its way. beside: the most that were under way at once, itself included."""

    number: int
    beside: int = 1


class Traffic:
    """Counts the requests under way. most: how many there may be at best."""

    def __init__(self, most: int) -> None:
        self._most = self._allowed = max(1, most)
        self._under_way: list[Lane] = []
        self._begun = 0
        self._slowed_at = 0
        self._good = 0
        self._changed = threading.Condition()

    @contextmanager
    def request(self, *, waits: bool) -> Iterator[Lane]:
        """Count a request while it is under way.

        waits: until there is room; False for scripts that ask for too much on purpose.
        """
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: len(self._under_way) < self._allowed)
            self._begun += 1
            lane = Lane(self._begun)
            self._under_way.append(lane)
            for other in self._under_way:
                other.beside = max(other.beside, len(self._under_way))
        try:
            yield lane
        finally:
            with self._changed:
                self._under_way = [one for one in self._under_way if one is not lane]
                self._changed.notify_all()

    def note(self, lane: Lane, status: int) -> None:
        """Halve what is allowed when a response says that it was too much, once for each burst."""
        with self._changed:
            if status in _OVERLOADED:
                self._good = 0
                if lane.number > self._slowed_at:
                    self._slowed_at = self._begun
                    self._allowed = max(1, min(self._allowed, lane.beside) // 2)
                return
            self._good += 1
            if self._good >= _GOOD_IN_A_ROW and self._allowed < self._most:
                self._good = 0
                self._allowed += 1
                self._changed.notify_all()
