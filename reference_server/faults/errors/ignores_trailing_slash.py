"""A path with a slash at its end is served."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import ExpectedResponse
from reference_server.call import Call, Refusal
from reference_server.profile import Profile

NEEDS = ("requests.trailing_slash",)


def status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """200 with the slash as without it."""
    if refusal.kind == "trailing_slash":
        return 200
    return honest(call, refusal)


def shows_in(profile: Profile) -> bool:
    """Where it is promised a refusal."""
    return isinstance(profile.facts.requests["trailing_slash"], ExpectedResponse)
