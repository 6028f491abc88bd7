"""A body that is as long as the limit is refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("requests.too_large",)


def get_body_limit(honest: Callable[[Call], int], call: Call) -> int:
    """One less."""
    return honest(call) - 1
