"""Shrink a failing drawn value to the shortest and plainest value that still fails.

A value fails or it does not; nothing here raises because of the target. The loop caches the
verdict on each value, so that a server with state cannot give two verdicts on one value when
Hypothesis repeats it. The caller confirms the result, outside the loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from apicheck.generate import find_simplest
from apicheck.model.json import Json, key_of
from apicheck.model.placeholders import PLACEHOLDER

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_ARGUMENT = re.compile(r"\(([^)]+)\)")


def shrink(
    strategy: SearchStrategy[Json],
    failing: Json,
    fails: Callable[[Json], bool],
    *,
    max_examples: int,
) -> Json:
    """Find the simplest value that fails; returns `failing` itself when none is simpler.

    fails: tests a value on the target; called at most `max_examples` times, once for a value.
    First the known value is cut down, which keeps its cause. Then the result competes with what
    Hypothesis finds in the strategy, which may be plainer.
    """
    verdict = _VerdictCache(fails, max_examples)
    verdict.known[key_of(failing)] = True
    cut = _cut_down(failing, verdict)
    found = () if verdict.spent else find_simplest(strategy, verdict, max_examples=max_examples)
    candidates = [failing, cut, *found]
    return min(candidates, key=_measure)


class _VerdictCache:
    """The verdict on each value, tested once, or not at all when the budget is spent."""

    def __init__(self, fails: Callable[[Json], bool], budget: int) -> None:
        self.known: dict[str, bool] = {}
        self._fails = fails
        self._left = budget

    def __call__(self, value: Json) -> bool:
        key = key_of(value)
        if key not in self.known:
            if self._left <= 0:
                return False
            self._left -= 1
            self.known[key] = self._fails(value)
        return self.known[key]

    @property
    def spent(self) -> bool:
        return self._left <= 0


def _cut_down(value: Json, fails: Callable[[Json], bool]) -> Json:
    """Remove from a failing value whatever it can lose and still fail."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in _list_smaller(value):
            if fails(candidate):
                value, smaller = candidate, True
                break
    return value


def _list_smaller(value: Json) -> Iterator[Json]:
    """List values without a piece, the largest pieces first; then with a plainer character."""
    if isinstance(value, dict):
        for name in value:
            yield {other: inner for other, inner in value.items() if other != name}
        for name, inner in value.items():
            yield from ({**value, name: one} for one in _list_smaller(inner))
    elif isinstance(value, list):
        yield from (value[:start] + value[end:] for start, end in _split(len(value)))
    elif isinstance(value, str) and PLACEHOLDER.search(value):
        yield from _without_placeholder(value)
    elif isinstance(value, str):
        shorter = (value[:start] + value[end:] for start, end in _split(len(value)))
        yield from (text for text in shorter if text and text == text.strip())
        for at, character in enumerate(value):
            if character.isalnum() and character not in "0a":
                yield value[:at] + "0" + value[at + 1 :]


def _without_placeholder(value: str) -> Iterator[str]:
    """List what a near-miss adds to the valid credential, without the credential.

    A near-miss is not cut in any other way, as a shorter one may be the valid credential.
    """
    around = PLACEHOLDER.sub("", value).strip()
    added = "".join(_ARGUMENT.findall(value))
    yield from (text for text in (around, added) if text)


def _split(size: int) -> Iterator[tuple[int, int]]:
    """Split a sequence into halves, quarters … down to single members: (start, end) of each."""
    length = size // 2
    while length > 0:
        yield from ((start, start + length) for start in range(0, size, length))
        length //= 2


def _measure(value: Json) -> tuple[int, str]:
    text = key_of(value)
    return len(text), text
