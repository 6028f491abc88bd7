"""The property loop: a drawn value that fails is made as short and plain as it can be.

The judge never raises for the target's sake, and neither does anything here: a value fails or it
does not. Verdicts are remembered by value for the whole loop, so that a server with state cannot
answer differently when Hypothesis asks again. Confirmation is the caller's, outside the loop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from apicheck.generate import find_simplest
from apicheck.model.json import Json
from apicheck.probe.placeholders import PLACEHOLDER

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
    """The simplest value found that fails, `failing` itself when none is simpler.

    fails: asks the target; it is called at most `max_examples` times, and once for a value.
    First the known value is cut down, which keeps its cause. What is left is then held against
    what Hypothesis finds in the strategy, which may be plainer.
    """
    verdict = _Remembered(fails, max_examples)
    verdict.known[_key(failing)] = True
    cut = _cut_down(failing, verdict)
    found = () if verdict.spent else find_simplest(strategy, verdict, max_examples=max_examples)
    candidates = [failing, cut, *found]
    return min(candidates, key=_size)


class _Remembered:
    """The verdict on each value, asked for once, and not at all when the budget is spent."""

    def __init__(self, fails: Callable[[Json], bool], budget: int) -> None:
        self.known: dict[str, bool] = {}
        self._fails = fails
        self._left = budget

    def __call__(self, value: Json) -> bool:
        key = _key(value)
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
    """A failing value without whatever it can lose and still fail."""
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(value):
            if fails(candidate):
                value, smaller = candidate, True
                break
    return value


def _smaller(value: Json) -> Iterator[Json]:
    """Values with a piece left out, the largest pieces first; then with a plainer character."""
    if isinstance(value, dict):
        for name in value:
            yield {other: inner for other, inner in value.items() if other != name}
        for name, inner in value.items():
            yield from ({**value, name: one} for one in _smaller(inner))
    elif isinstance(value, list):
        yield from (value[:start] + value[end:] for start, end in _pieces(len(value)))
    elif isinstance(value, str) and PLACEHOLDER.search(value):
        yield from _without_placeholder(value)
    elif isinstance(value, str):
        shorter = (value[:start] + value[end:] for start, end in _pieces(len(value)))
        yield from (text for text in shorter if text and text == text.strip())
        for at, character in enumerate(value):
            if character.isalnum() and character not in "0a":
                yield value[:at] + "0" + value[at + 1 :]


def _without_placeholder(value: str) -> Iterator[str]:
    """What a near-miss adds to the valid credential, by itself.

    It is not cut otherwise: without its derivation it would be the valid credential.
    """
    around = PLACEHOLDER.sub("", value).strip()
    added = "".join(_ARGUMENT.findall(value))
    yield from (text for text in (around, added) if text)


def _pieces(size: int) -> Iterator[tuple[int, int]]:
    """Start and end of each half, quarter … of a sequence, down to its single members."""
    length = size // 2
    while length > 0:
        yield from ((start, start + length) for start in range(0, size, length))
        length //= 2


def _key(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _size(value: Json) -> tuple[int, str]:
    text = _key(value)
    return len(text), text
