"""Results in which every text is hostile: markup, controls, formulas, commands of CI."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")

TEXT = (
    "</script><img src=x onerror=alert(1)> ]]> \u202egnp.exe \x1b[31m \x00 \ud800 \ufffe \u2028"
    " `` ``` | @octocat #1 https://evil.test [a](javascript:alert(1)) ![b](x) <!-- "
    "\n::error::y\r\n::stop-commands::z\n##[error]w\n=cmd|' /C calc'!A0\n- [ ] x\n# h\n"
)
SENT = TEXT.replace("\ud800", "")
"""The same for requests: what was sent can be written in UTF-8."""
FORBIDDEN = "\x00\x1b\u202e\ud800\u2028"
"""Characters of it that nobody should see as they are."""
_AS_THEY_ARE = {"started", "finished", "places", "base_url", "tally", "tool", "mode"}


def poison(value: T, text: str = TEXT) -> T:
    """The value with the hostile text around each of its texts; equal texts stay equal."""
    return _poison(value, text)


def _poison(value: Any, text: str) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        begin = "" if value.startswith("/") else "="  # a path begins with a slash
        return f"{begin}{value}{text}" if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [one for one in dataclasses.fields(value) if one.init]
        kept = {one.name: getattr(value, one.name) for one in fields if one.name in _AS_THEY_ARE}
        new = {one.name: _poison(getattr(value, one.name), text) for one in fields}
        return dataclasses.replace(value, **{**new, **kept})
    if isinstance(value, Mapping):
        # Of keys, only ids of checks come from elsewhere.
        return {
            _poison(key, text) if "/" in key else key: _poison(inner, text)
            for key, inner in value.items()
        }
    if isinstance(value, tuple | list):
        return type(value)(_poison(one, text) for one in value)
    return value
