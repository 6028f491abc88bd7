"""The refusal of somebody else's object says that it is somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile

NEEDS = ("authorization.foreign",)


def shows_in(profile: Profile) -> bool:
    """Only where what is foreign is answered as what is absent."""
    return any(one.answer is None for one in profile.facts.authorization.foreign.values())


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """Other words for what exists."""
    if refusal.kind.startswith("foreign:"):
        refusal = replace(refusal, text="The object belongs to somebody else.")
    honest(call, refusal, reply)
