"""One request fewer than the limit is let through."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("rate_limits",)


def enforce_limit(honest: Callable[[Call, int], int], call: Call, limit: int) -> int:
    """One fewer, but one at least."""
    return max(1, honest(call, limit) - 1)
