"""A member that the document does not name is refused with another status."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import ExpectedResponse
from reference_server.call import Call, Refusal
from reference_server.profile import Profile
from reference_server.promises import other_refusal

NEEDS = ("requests.unknown_field",)


def status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another refusal."""
    if refusal.kind == "unknown_field":
        return other_refusal(call, refusal)
    return honest(call, refusal)


def shows_in(profile: Profile) -> bool:
    """Where it is promised a refusal."""
    return isinstance(profile.facts.requests["unknown_field"], ExpectedResponse)
