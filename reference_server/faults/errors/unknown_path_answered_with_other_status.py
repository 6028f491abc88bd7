"""An unknown path is refused with another status than the one promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import other_refusal

NEEDS = ("requests.unknown_path",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another refusal."""
    if refusal.kind == "unknown_path":
        return other_refusal(call, refusal)
    return honest(call, refusal)
