"""A challenge lacks the parameters that are promised of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.facts import Challenge
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.policy import promised

NEEDS = ("authorization.refusal.challenge",)


def shows_in(profile: Profile) -> bool:
    """Where a missing right is answered with a challenge that has a parameter."""
    refusal = profile.facts.authorization.refusal
    stated = refusal.challenge if refusal else None
    return isinstance(stated, Challenge) and bool(stated.parameters)


def write_challenge(
    honest: Callable[[Call, Refusal, int], str | None], call: Call, refusal: Refusal, status: int
) -> str | None:
    """The challenge without them."""
    field, answer = honest(call, refusal, status), promised(call, refusal)
    stated = answer.challenge if answer else None
    for name in stated.parameters if field and isinstance(stated, Challenge) else ():
        field = re.sub(rf', {name}="[^"]*"', "", field or "")
    return field
