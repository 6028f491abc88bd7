"""Reads JSON text quickly, and finds the line of a member when somebody asks for it."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed omits it
from typing import Any

from apicheck.model.json import Json, child_pointer, tokens

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_SPACE = re.compile(r"\s*")
_DECODER: Any = json.JSONDecoder()  # typeshed omits its method scan_once

Place = tuple[int, int]
"""Where a member begins in a text, and where its value does."""


def read_json(text: str) -> tuple[Json, bool]:
    """The value of a text, and whether an object in it has a key twice (the last counts).

    Raises ValueError or RecursionError.
    """
    doubled = False

    def build(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal doubled
        built = dict(pairs)
        doubled = doubled or len(built) < len(pairs)
        return built

    return json.loads(text, object_pairs_hook=build), doubled


def is_deeper_than(value: Json, limit: int) -> bool:
    """Whether lists and objects are nested in each other more than so many times."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            inner
            for holder in level
            for inner in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


class JsonLines(Mapping[str, int]):
    """JSON Pointer -> line. Only what is asked for is looked for.

    A large document has a million members, and a mistake or two.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks: list[int] | None = None
        self._scanned: dict[int, dict[str, Place]] = {}
        """Offset of a list or object -> its members."""

    def __getitem__(self, pointer: str) -> int:
        """The line of a member. Raises KeyError where the text has none."""
        start = value = self._skip_space(0)
        for key in tokens(pointer):
            start, value = self._members(value)[key]
        return self._line(start)

    def __iter__(self) -> Iterator[str]:
        yield ""
        yield from dict.fromkeys(pointer for pointer, _ in iterate_places(self._text))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _line(self, offset: int) -> int:
        if self._breaks is None:
            self._breaks = [match.start() for match in re.finditer("\n", self._text)]
        return bisect_right(self._breaks, offset) + 1

    def _members(self, offset: int) -> dict[str, Place]:
        if offset not in self._scanned:
            self._scanned[offset] = dict(self._scan(offset))
        return self._scanned[offset]

    def _scan(self, offset: int) -> Iterator[tuple[str, Place]]:
        """The members of the list or object that begins at an offset."""
        text, bracket = self._text, self._text[offset]
        if bracket not in "{[":
            return
        index, position = 0, self._skip_space(offset + 1)
        while text[position] not in "}]":
            start, key = position, str(index)
            if bracket == "{":
                key, position = scanstring(text, position + 1)
                position = self._skip_space(self._skip_space(position) + 1)
            yield key, (start, position)
            _, position = _DECODER.scan_once(text, position)
            position = self._skip_space(position)
            if text[position] == ",":
                position = self._skip_space(position + 1)
            index += 1

    def _skip_space(self, position: int) -> int:
        found = _SPACE.match(self._text, position)
        return found.end() if found else position


def iterate_places(text: str) -> Iterator[tuple[str, int]]:
    """The pointer of each member of an object, with its line; a duplicate key comes twice.

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
        elif word in "}]":
            inside.pop()
            path.pop()
            key_due = False
        elif word == ",":
            key_due = inside[-1] == "{"
            last = path[-1]
            if isinstance(last, int):
                path[-1] = last + 1
        elif key_due:
            path[-1] = json.loads(word)
            key_due = False
            pointer = "".join(child_pointer("", key) for key in path)
            yield pointer, bisect_right(breaks, token.start()) + 1
