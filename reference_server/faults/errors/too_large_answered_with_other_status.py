"""A body that is too large is refused with another status."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import other_refusal

NEEDS = ("requests.too_large",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another refusal."""
    if refusal.kind == "too_large":
        return other_refusal(call, refusal)
    return honest(call, refusal)
