"""One request more than the limit is let through."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("rate_limits",)


def enforce_limit(honest: Callable[[Call, int], int], call: Call, limit: int) -> int:
    """One more."""
    return honest(call, limit) + 1
