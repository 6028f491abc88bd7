"""A body may be one byte longer than promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("requests.too_large",)


def get_body_limit(honest: Callable[[Call], int], call: Call) -> int:
    """One more."""
    return honest(call) + 1
