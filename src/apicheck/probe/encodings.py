"""Text whose characters are written by their numbers, as JSON, URLs, HTML and hex dumps do.

A secret may be written so in countless ways, character by character: the data is decoded to be
searched, instead of spelling the secret in every way.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from dataclasses import dataclass

_UNIT = re.compile(
    rb"\\u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})|&#[xX]0{0,4}([0-9a-fA-F]{1,6});"
    rb"|&#0{0,4}([0-9]{1,7});|&(amp|lt|gt|quot|apos|sol);"
)
_BYTES = re.compile(rb"[0-9a-fA-F]{2}([ :-])(?:[0-9a-fA-F]{2}\1){10,}[0-9a-fA-F]{2}")
"""Twelve bytes in hexadecimal with separators: as many as a piece of a secret has."""
_NAMES = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'", b"sol": b"/"}
_SIGNS = (b"\\u", b"%", b"&")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text. at: where each byte of a unit stands in it; spans: where the unit stood."""

    text: bytes
    at: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Where some decoded text stood before."""
        return self._find_unit(start)[0], self._find_unit(end - 1)[1]

    def _find_unit(self, index: int) -> tuple[int, int]:
        """The span of one decoded character."""
        number = bisect_right(self.at, index) - 1
        if number < 0:
            return index, index + 1
        if self.at[number] == index:
            return self.spans[number]
        start = self.spans[number][1] + index - self.at[number] - 1
        return start, start + 1


def decode(data: bytes) -> Decoded | None:
    """Decode every unit in the data; None where it has none."""
    units: list[tuple[int, int, bytes]] = []
    if any(sign in data for sign in _SIGNS):
        units += ((*match.span(), _read_unit(match)) for match in _UNIT.finditer(data))
    for dump in _BYTES.finditer(data):
        units += (
            (start, min(start + 3, dump.end()), bytes((int(data[start : start + 2], 16),)))
            for start in range(dump.start(), dump.end(), 3)
        )
    if not units:
        return None
    units.sort()
    parts: list[bytes] = []
    at: list[int] = []
    spans: list[tuple[int, int]] = []
    kept = length = 0
    for start, end, value in units:
        if start < kept:
            continue
        parts += (data[kept:start], value)
        length += start - kept
        at += range(length, length + len(value))
        spans += [(start, end)] * len(value)
        length, kept = length + len(value), end
    parts.append(data[kept:])
    return Decoded(b"".join(parts), tuple(at), tuple(spans))


def _read_unit(match: re.Match[bytes]) -> bytes:
    json, url, html, decimal, name = match.groups()
    if name:
        return _NAMES[name]
    if url:
        return bytes((int(url, 16),))
    number = int(decimal) if decimal else int(json or html, 16)
    return chr(number).encode("utf-8", "replace") if number <= sys.maxunicode else b"?"
