"""Classic values that make programs fail, for texts and for members of a JSON body."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import Json

_DEEP, _LONG = 400, 6_000

TEXTS: Mapping[str, str] = {
    "a NUL": "apicheck\x00",
    "an emoji": "\N{GRINNING FACE}",
    "a huge number": "9" * 40,
    "a negative number": "-1",
    "a percent sign": "100%",
    "a quote": "O'Neill\"",
    "a very long text": "x" * _LONG,
    "not a number": "NaN",
    "a line break": "one\ntwo",
    "dots and slashes": "../../apicheck",
    "from right to left": "\N{RIGHT-TO-LEFT OVERRIDE}apicheck",
}
"""Name -> what goes into a path, a query or a field."""

RAW: Mapping[str, str] = {
    "a huge number": "9" * 40,
    "a number beyond all floats": "1e400",
    "nested deeply": "[" * _DEEP + "]" * _DEEP,
    "half a surrogate pair": r'"\ud83d"',
}
"""Name -> JSON text that goes into a body as it is."""

MEMBERS: Mapping[str, Json] = {
    "a NUL": "apicheck\x00",
    "an emoji": "\N{GRINNING FACE}",
    **dict.fromkeys(RAW),
    "null": None,
    "a very long text": "x" * _LONG,
    "a quote": "O'Neill\"",
    "an empty text": "",
    "an object": {"apicheck": 1},
    "a list": ["apicheck"],
    "a negative number": -1,
    "a fraction": 0.5,
    "true": True,
}
"""Name -> what goes into a member of a body, unless `RAW` has the name."""
