"""Text whose characters are written by their numbers, as JSON, URLs, HTML and hex dumps do.

So is what base64 was made of, where that is text: a secret may be in there in base64 again.

A secret may be written so in countless ways, character by character: the data is decoded to be
searched, instead of spelling the secret in every way.
"""

from __future__ import annotations

import binascii
import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

# The first character of a pattern is one that is rare in text: what is before it is looked at then.
_UNIT = re.compile(
    rb"\\(?<!\\\\)\\*+u([0-9a-fA-F]{4})|\\(?<!\\\\)\\++([\"/])|%(?:25)*([0-9a-fA-F]{2})"
    rb"|&(?:amp;)*+(?:#[xX]0{0,4}([0-9a-fA-F]{1,6});|#0{0,4}([0-9]{1,7});"
    rb"|(lt|gt|quot|apos|sol);|(?<=;))"
)
"""A unit that is encoded again in its own way is one unit: `\\u0041`, `%2541`, `&amp;#65;`."""
_RUN = b"a" * 22
"""What may be base64 of base64: that of ASCII has hardly another character, and no secret less."""
_LETTERS = bytes(ord("a") if chr(c).isalnum() and c < 128 else 32 for c in range(256))
_DIGITS = bytes(ord("0") if chr(c) in "0123456789abcdefABCDEF" else c for c in range(256))
_DUMPS = tuple(f"00{separator}".encode() * 4 for separator in " :-")
"""How hex dumps look with `_DIGITS`: a pattern is slow where it hardly ever finds something."""
_BYTES = re.compile(rb"([ :-])(?<=[0-9a-fA-F]{2}[ :-])(?:[0-9a-fA-F]{2}\1){10,}[0-9a-fA-F]{2}")
"""Twelve bytes in hexadecimal with separators: as many as a piece of a secret has."""
_NAMES = {b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'", b"sol": b"/"}
_STARTS = (b"\\", b"%", b"&")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Decoded text. at: where each byte of a unit stands in it; spans: where the unit stood.

    again: whether there may be units of another kind in it.
    """

    text: bytes
    at: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    again: bool

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
    if any(sign in data for sign in _STARTS):
        units += ((*match.span(), _read_unit(match)) for match in _UNIT.finditer(data))
    digits = data.translate(_DIGITS)
    for dump in _BYTES.finditer(data) if any(one in digits for one in _DUMPS) else ():
        units += (
            (start, min(start + 3, dump.end()), bytes((int(data[start : start + 2], 16),)))
            for start in range(dump.start() - 2, dump.end(), 3)
        )
    for start, end in _find_runs(data.translate(_LETTERS)):
        units += _read_base64(start, data[start:end])
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
    text = b"".join(parts)
    again = any(text[place : place + 1] in _STARTS and _UNIT.match(text, place) for place in at)
    return Decoded(text, tuple(at), tuple(spans), again)


def _read_unit(match: re.Match[bytes]) -> bytes:
    json, escaped, url, html, decimal, name = match.groups()
    if name:
        return _NAMES[name]
    if escaped:
        return escaped
    if not (json or url or html or decimal):
        return b"&"
    if url:
        return bytes((int(url, 16),))
    number = int(decimal) if decimal else int(json or html, 16)
    return chr(number).encode("utf-8", "replace") if number <= sys.maxunicode else b"?"


def _find_runs(letters: bytes) -> Iterator[tuple[int, int]]:
    """Where long runs of letters begin and end."""
    start = letters.find(_RUN)
    while start >= 0:
        end = letters.find(b" ", start)
        yield start, end if end >= 0 else len(letters)
        start = letters.find(_RUN, end) if end >= 0 else -1


def _read_base64(start: int, text: bytes) -> list[tuple[int, int, bytes]]:
    """The units of a run in base64, none where that is no text: most runs are ids."""
    text = text[: len(text) - (len(text) % 4 == 1)]
    value = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    if not (value.isascii() and value.decode().isprintable()):
        return []
    return [
        (start + at, min(start + at + 4, start + len(text)), value[at * 3 // 4 : at * 3 // 4 + 3])
        for at in range(0, len(text), 4)
    ]
