"""Lay out JSON bodies for reading, each token as it came, and find the guilty lines."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_POINTER = re.compile(r"(?<![\w/])/[^\s,;:'\"()\[\]{}]+")
_DEEPEST = 40
_LARGEST = 64 * 1024
"""Bytes of a body that is laid out."""
_CLOSING = {"}": "{", "]": "["}


@dataclass(frozen=True, slots=True)
class BodyLine:
    """One line of a body. pointer: of the value that begins on it; None where none does."""

    text: str
    pointer: str | None = None


def lay_out(body: bytes) -> tuple[BodyLine, ...] | None:
    """Lay out a body that is a JSON object or list, one value on a line; None for another body.

    Numbers, escapes, double keys and their order stay as they came.
    """
    if body.lstrip()[:1] not in (b"{", b"[") or len(body) > _LARGEST:
        return None
    try:
        text = body.decode("utf-8")
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    lines = tuple(_Layout().lines(_TOKEN.findall(text)))
    return lines or None


class _Layout:
    """Where a layout is: the open containers, each with the key or index of its next value."""

    def __init__(self) -> None:
        self.open: list[list[str | int]] = []
        self.line = ""

    def lines(self, tokens: list[str]) -> Iterator[BodyLine]:
        if _measure_depth(tokens) > _DEEPEST:
            return
        pointer: str | None = None
        for number, token in enumerate(tokens):
            following = tokens[number + 1] if number + 1 < len(tokens) else ""
            if token == ":":
                self.line += ": "
            elif token == ",":
                yield BodyLine(f"{self.line},", pointer)
                self._begin()
                self._advance()
                pointer = None
            elif token in "{[":
                pointer = self._point()
                self.line += token
                self.open.append([token, 0 if token == "[" else ""])
                if following not in _CLOSING:
                    yield BodyLine(self.line, pointer)
                    self._begin()
                    pointer = None
            elif token in _CLOSING:
                self.open.pop()
                if tokens[number - 1] != _CLOSING[token]:
                    yield BodyLine(self.line, pointer)
                    self._begin()
                    pointer = None
                self.line += token
            elif following == ":":
                self.open[-1][1] = json.loads(token)
                self.line += token
            else:
                pointer = self._point()
                self.line += token
        yield BodyLine(self.line, pointer)

    def _begin(self) -> None:
        self.line = "  " * len(self.open)

    def _advance(self) -> None:
        if self.open and isinstance(self.open[-1][1], int):
            self.open[-1][1] += 1

    def _point(self) -> str:
        return "".join(f"/{_escape(str(key))}" for _, key in self.open)


def _measure_depth(tokens: Iterable[str]) -> int:
    depth = deepest = 0
    for token in tokens:
        depth += (token in ("{", "[")) - (token in ("}", "]"))
        deepest = max(deepest, depth)
    return deepest


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def find_guilty(lines: Iterable[BodyLine], words: Iterable[str]) -> frozenset[str]:
    """Find the pointers that texts name and a body has.

    Of a member that is named and not there, it is the object that lacks it.
    """
    there = {line.pointer for line in lines if line.pointer}
    named = (pointer for word in words for pointer in _POINTER.findall(word))
    return frozenset(filter(None, (_find_nearest(pointer, there) for pointer in named)))


def _find_nearest(pointer: str, there: Collection[str]) -> str:
    """The pointer, or the nearest one above it, that is there; "" for none."""
    while pointer and pointer not in there:
        pointer = pointer.rpartition("/")[0]
    return pointer
