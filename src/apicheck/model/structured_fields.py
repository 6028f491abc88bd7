"""Structured fields (RFC 9651): parsed as strictly as it says, and written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import unquote_to_bytes

_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_DECIMAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,3}(?![0-9.])")
_INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*")
_BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
_BOOLEAN = re.compile(r"\?([01])")
_DATE = re.compile(r"@(-?[0-9]{1,15})(?![0-9.])")
_DISPLAY = re.compile(r'%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"')
_PRINTABLE = re.compile(r"[ -~]*")
_COMMA = re.compile(r"[ \t]*,[ \t]*(?=[^ \t])")
_REST = re.compile(r"[ \t]*\Z")


class Token(str):
    """A token, to tell it from a string."""

    __slots__ = ()


Bare = int | Decimal | str | Token | bytes | bool
"""A Date is an int, as an Integer is; a Display String is a str, as a String is."""


@dataclass(frozen=True, slots=True)
class Item:
    """A value with its parameters. An inner list is a tuple of items."""

    value: Bare | tuple[Item, ...]
    parameters: Mapping[str, Bare] = field(default_factory=dict)


def parse_list(text: str) -> tuple[Item, ...]:
    """Parse a List; lines of one field are joined by ", ". Raises ValueError."""
    reader = _Reader(text.strip(" "))
    members = []
    while not reader.ended:
        members.append(reader.read_member())
        reader.read_comma()
    return tuple(members)


def parse_dictionary(text: str) -> Mapping[str, Item]:
    """Parse a Dictionary; of several members with one key the last counts. Raises ValueError."""
    reader = _Reader(text.strip(" "))
    members: dict[str, Item] = {}
    while not reader.ended:
        key = reader.read(_KEY, "a key")[0]
        if reader.skip("="):
            members[key] = reader.read_member()
        else:
            members[key] = Item(True, reader.read_parameters())
        reader.read_comma()
    return members


def parse_item(text: str) -> Item:
    """Parse an Item. Raises ValueError."""
    reader = _Reader(text.strip(" "))
    item = reader.read_item()
    if not reader.ended:
        raise ValueError(f"more than one item at character {reader.position + 1}")
    return item


def write_member(item: Item) -> str:
    """Write an Item or Inner List with its parameters (RFC 9651, sections 4.1.1 to 4.1.3).

    Dates and Display Strings are written as the Integers and Strings that they are read as.
    Raises ValueError for a string that no String can hold.
    """
    if isinstance(item.value, tuple):
        written = f"({' '.join(map(write_member, item.value))})"
    else:
        written = _write_bare(item.value)
    return written + "".join(
        f";{name}" if value is True else f";{name}={_write_bare(value)}"
        for name, value in item.parameters.items()
    )


def _write_bare(value: Bare) -> str:
    if isinstance(value, bool):
        return f"?{value:d}"
    if isinstance(value, bytes):
        return f":{base64.b64encode(value).decode()}:"
    if isinstance(value, str) and not isinstance(value, Token):
        if not _PRINTABLE.fullmatch(value):
            raise ValueError(f"no String can hold {value!r}")
        return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
    return str(value)


@dataclass(slots=True)
class _Reader:
    text: str
    position: int = 0

    @property
    def ended(self) -> bool:
        return self.position == len(self.text)

    def skip(self, character: str) -> bool:
        found = self.text.startswith(character, self.position)
        self.position += len(character) if found else 0
        return found

    def read(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        match = pattern.match(self.text, self.position)
        if match is None:
            raise ValueError(f"no {what} at character {self.position + 1}")
        self.position = match.end()
        return match

    def read_comma(self) -> None:
        """Read what stands between two members, of which the second must be there."""
        if _REST.match(self.text, self.position):
            self.position = len(self.text)
        else:
            self.read(_COMMA, "comma with a member behind it")

    def read_member(self) -> Item:
        if not self.skip("("):
            return self.read_item()
        items: list[Item] = []
        while True:
            self._skip_spaces()
            if self.skip(")"):
                return Item(tuple(items), self.read_parameters())
            items.append(self.read_item())
            if not self.text.startswith((" ", ")"), self.position):
                raise ValueError(f"no space in an inner list at character {self.position + 1}")

    def read_item(self) -> Item:
        return Item(self.read_bare(), self.read_parameters())

    def read_parameters(self) -> Mapping[str, Bare]:
        found: dict[str, Bare] = {}
        while self.skip(";"):
            self._skip_spaces()
            key = self.read(_KEY, "a key")[0]
            found[key] = self.read_bare() if self.skip("=") else True
        return found

    def read_bare(self) -> Bare:
        first = self.text[self.position : self.position + 1]
        if first == '"':
            return re.sub(r"\\(.)", r"\1", self.read(_STRING, "a string")[1])
        if first == ":":
            return _decode(self.read(_BYTES, "a byte sequence")[1])
        if first == "?":
            return self.read(_BOOLEAN, "a boolean")[1] == "1"
        if first == "@":
            return int(self.read(_DATE, "a date")[1])
        if first == "%":
            return unquote_to_bytes(self.read(_DISPLAY, "a display string")[1]).decode()
        if first.isalpha() or first == "*":
            return Token(self.read(_TOKEN, "a token")[0])
        decimal = _DECIMAL.match(self.text, self.position)
        if decimal is not None:
            self.position = decimal.end()
            return Decimal(decimal[0])
        return int(self.read(_INTEGER, "an item")[0])

    def _skip_spaces(self) -> None:
        while self.skip(" "):
            pass


def _decode(text: str) -> bytes:
    """Decode base64; its padding may be left out (RFC 9651, section 4.2.7)."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"a byte sequence that is no base64: {error}") from None
