"""Regular expressions of ECMA-262, the dialect that JSON Schema names for `pattern`."""

from __future__ import annotations

from functools import lru_cache

from regress import Regex, RegressError


@lru_cache(maxsize=4096)
def compile_ecma(pattern: str) -> Regex | None:
    """The expression, read with the flag u if it can be, else without; None where it is neither."""
    for flags in ("u", ""):
        try:
            return Regex(pattern, flags)
        except RegressError:
            continue
    return None
