"""Whoever holds only scopes that there are not is refused with another status than promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import status_not_promised

NEEDS = ("authorization.refusal", "authorization.required")


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another status for this kind of refusal alone."""
    if refusal.kind == "scope" and _holds_unknown(call):
        return status_not_promised(call, refusal)
    return honest(call, refusal)


def _holds_unknown(call: Call) -> bool:
    held = call.caller_identity.scopes
    return bool(held) and set(held).isdisjoint(call.server.profile.scopes)
