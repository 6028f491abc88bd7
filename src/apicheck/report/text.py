"""Make foreign text safe to read: no invisible characters, no reordering."""

from __future__ import annotations

import re
import unicodedata

_FIRST_PRINTABLE = 0x20
_DELETE = 0x7F
_CONTROL_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
HIDDEN = (
    "\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
"""What nobody sees, or what reorders the text around it, for a pattern; C0 controls come to it."""
_SUSPECT = re.compile(f"[\x00-\x08\x0b-\x1f{HIDDEN}]")


def make_visible(text: str) -> str:
    """Replace control, bidirectional, zero-width and surrogate characters by visible ones.

    C0 controls become their pictures (␍), others their code point (⟨U+202E⟩); newline and tab
    stay. A CR before a newline belongs to the line's end and is dropped.
    """
    if text.isprintable():  # nearly every header is
        return text
    return _SUSPECT.sub(_show, text.replace("\r\n", "\n"))


def join_lines(text: str) -> str:
    """Put the visible text on one line; a newline becomes its picture."""
    return make_visible(text).replace("\n", "\u2424").replace("\t", " ")


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < _FIRST_PRINTABLE:
        return chr(_CONTROL_PICTURES + code)
    return _DELETE_PICTURE if code == _DELETE else f"⟨U+{code:04X}⟩"


def decode_body(body: bytes) -> str:
    r"""Decode bytes as visible text: UTF-8, with `\xNN` for each invalid byte."""
    return make_visible(body.decode("utf-8", "backslashreplace"))


def escape_for_xml(text: str) -> str:
    """Make text visible and remove every character that XML 1.0 forbids."""
    shown = make_visible(text)
    return "".join(c for c in shown if c not in "\ufffe\uffff" and unicodedata.category(c) != "Cs")


def cut(text: str, most: int) -> str:
    """Cut text to so many characters; an ellipsis stands for the rest."""
    return text if len(text) <= most else text[: most - 1] + "…"


def count_noun(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 finding", "2 findings"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
