"""Regular expressions of ECMA-262, the dialect that JSON Schema names for `pattern`.

jsonschema-rs compiles most of them itself. The rest is compiled by `regress`, an engine of that
very dialect, and asserted by a keyword of ours.
"""

from __future__ import annotations

from functools import lru_cache

import jsonschema_rs

from apicheck.load.patterns import compile_ecma
from apicheck.model.json import Json

ECMA_PATTERN = "x-apicheck-pattern"


@lru_cache(maxsize=4096)
def is_common(pattern: str) -> bool:
    """Whether jsonschema-rs can compile a pattern."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except ValueError:
        return False
    return True


class EcmaPattern:
    """The keyword of a pattern that only `regress` can compile."""

    def __init__(self, _parent: Json, pattern: str, _path: object) -> None:
        self._pattern = pattern
        self._regex = compile_ecma(pattern)

    def validate(self, value: Json) -> None:
        """Raise ValueError for a text that the pattern does not match."""
        if self._regex and isinstance(value, str) and self._regex.find(value) is None:
            raise ValueError(f'"{value}" does not match "{self._pattern}"')
