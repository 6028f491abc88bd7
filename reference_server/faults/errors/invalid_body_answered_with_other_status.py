"""A body that breaks its schema is refused with another status than the one promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import other_refusal

NEEDS = ("requests.schema",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another refusal, of bodies alone."""
    if refusal.kind in ("schema", "format") and call.body:
        return other_refusal(call, refusal)
    return honest(call, refusal)
