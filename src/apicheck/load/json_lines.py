"""Finds the line of each member of a JSON text that `json` has accepted."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def iterate_places(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The keys that lead to each member, as text, with its line; a duplicate key comes twice.

    The text must be valid JSON.
    """
    breaks = [match.start() for match in re.finditer("\n", text)]
    path: list[str | int] = []
    inside: list[str] = []
    key_due = False
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in "{[":
            inside.append(word)
            key_due = word == "{"
            path.append("" if key_due else 0)
            if word == "[":
                yield _texts(path), bisect_right(breaks, token.end()) + 1
        elif word in "}]":
            inside.pop()
            path.pop()
            key_due = False
        elif word == ",":
            key_due = inside[-1] == "{"
            last = path[-1]
            if isinstance(last, int):
                path[-1] = last + 1
                yield _texts(path), bisect_right(breaks, token.end()) + 1
        elif key_due:
            path[-1] = json.loads(word)
            key_due = False
            yield _texts(path), bisect_right(breaks, token.start()) + 1


def _texts(path: list[str | int]) -> tuple[str, ...]:
    return tuple(str(step) for step in path)
