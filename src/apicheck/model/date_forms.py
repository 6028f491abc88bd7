"""The forms in which dates are written: by name, or as a pattern of letters.

A pattern has the letters of CLDR (UTS #35, section 8), as Java's SimpleDateFormat does:
`yyyy-MM-dd'T'HH:mm:ssZ` is 2013-05-08T10:34:33+0000.
"""

from __future__ import annotations

import re

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_BY_NAME = {
    "rfc3339": rf"{_DATE}[Tt ]{_TIME}([Zz]|[+-]\d\d:\d\d)",
    "rfc3339-utc": rf"{_DATE}[Tt ]{_TIME}([Zz]|[+-]00:00)",
    "rfc3339-z": rf"{_DATE}T{_TIME}Z",
}
"""RFC 3339, section 5.6: with any offset, in UTC, and with the letters T and Z."""
NAMES = tuple(_BY_NAME)
"""The forms that have a name."""
_BY_LETTERS = {
    "yyyy": r"\d{4}",
    "yy": r"\d\d",
    "MM": r"(0[1-9]|1[0-2])",
    "dd": r"(0[1-9]|[12]\d|3[01])",
    "HH": r"([01]\d|2[0-3])",
    "mm": r"[0-5]\d",
    "ss": r"([0-5]\d|60)",
    "SSS": r"\d{3}",
    "Z": r"[+-]\d{4}",
    "X": r"(Z|[+-]\d\d(\d\d)?)",
    "XX": r"(Z|[+-]\d{4})",
    "XXX": r"(Z|[+-]\d\d:\d\d)",
}
_PART = re.compile(r"'(?P<text>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<mark>[^A-Za-z'])")


def compile_form(form: str) -> re.Pattern[str]:
    """A regular expression for the whole of a date. Raises ValueError for what is no form."""
    if form in _BY_NAME:
        return re.compile(_BY_NAME[form])
    written, place = "", 0
    while place < len(form):
        part = _PART.match(form, place)
        if part is None:
            raise ValueError("a quotation mark is not closed")
        letters = part["letters"]
        if letters and letters not in _BY_LETTERS:
            raise ValueError(f'"{letters}" stands for no part of a date')
        text = part["mark"] or (part["text"] or "").replace("''", "'") or "'"
        written += _BY_LETTERS[letters] if letters else re.escape(text)
        place = part.end()
    return re.compile(written)
