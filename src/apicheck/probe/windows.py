"""An index of texts by every eight bytes in a row, to find pieces of many texts in much data.

Eight bytes are compared as one number, which the interpreter does in its own loops: most of what a
run records, and all of what it has redacted, holds no secret.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

SIZE = 8
_STEP = 4
"""A window that is looked at lies within every piece of SIZE + _STEP - 1 bytes: none is missed."""
_PART = 1 << 12
_PLACES = 16  # a text that repeats itself is found by its first and last repetitions


class Windows:
    """Where each window of some texts stands, in any order. A place is a number of the caller's."""

    def __init__(self) -> None:
        # Numbers, as pairs of them would be a million objects to the garbage collector.
        self._first: dict[int, int] = {}
        self._more: dict[int, list[int]] = {}

    def add(self, text: bytes, place: int) -> None:
        """Add a text. place: of its first byte; the next byte's is one more."""
        cuts = [text[start:][: (len(text) - start) // SIZE * SIZE] for start in range(SIZE)]
        windows = _read(memoryview(b"".join(cuts)))
        places = [
            at
            for start, cut in enumerate(cuts, place)
            for at in range(start, start + len(cut), SIZE)
        ]
        new = dict(zip(windows, places, strict=True))
        if len(new) < len(windows):
            self._add_each(zip(windows, places, strict=True))
            return
        # Tokens often share their beginning, and no more.
        known = [(window, new.pop(window)) for window in self._first.keys() & new.keys()]
        self._first.update(new)
        self._add_each(known)

    def find(self, data: bytes) -> Iterator[int]:
        """The places in the data, in order, of windows that are in a text: one in each piece."""
        view, known = memoryview(data), self._first.keys()
        for start in range(0, len(data), _PART):
            part = view[start : start + _PART + _STEP]
            found = [
                start + at + SIZE * number
                for at in range(0, SIZE, _STEP)
                if not known.isdisjoint(windows := _read(part[at:]))
                for number, window in enumerate(windows)
                if window in known
            ]
            yield from sorted(found)

    def places_of(self, window: bytes) -> Iterator[int]:
        """The places of a window in the texts."""
        number = int.from_bytes(window, sys.byteorder)
        yield self._first[number]
        yield from self._more.get(number, ())

    def _add_each(self, windows: Iterable[tuple[int, int]]) -> None:
        for window, place in windows:
            if self._first.setdefault(window, place) == place:
                continue
            more = self._more.setdefault(window, [])
            if len(more) < _PLACES:
                more.append(place)
            else:
                more[-1] = place


def _read(data: memoryview) -> memoryview[int]:
    return data[: len(data) // SIZE * SIZE].cast("Q")
