"""A deprecated operation says that it is deprecated a year later than the policy does."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("versioning.deprecations",)
_YEAR_S = 365 * 86_400


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Deprecation moved by a year, everything else as it is."""
    return [
        (name, f"@{int(value[1:]) + _YEAR_S}" if name == "Deprecation" else value)
        for name, value in honest(call, status)
    ]
