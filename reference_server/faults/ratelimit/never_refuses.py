"""Limits are announced and not enforced."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("rate_limits",)


def enforce_limit(honest: Callable[[Call, int], int], call: Call, limit: int) -> int:
    """More than anybody sends."""
    return honest(call, limit) + 1_000_000
