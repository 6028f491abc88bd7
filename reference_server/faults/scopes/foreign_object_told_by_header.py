"""The refusal of somebody else's object may be stored, that of an absent one may not."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.responses.headers import Fields

NEEDS = ("authorization.foreign",)


def shows_in(profile: Profile) -> bool:
    """Only where what is foreign is answered as what is absent."""
    return any(one.answer is None for one in profile.facts.authorization.foreign.values())


def make_promised_headers(
    honest: Callable[[Call, int, Refusal | None], Fields],
    call: Call,
    status: int,
    refusal: Refusal | None,
) -> Fields:
    """One field more for what exists."""
    fields = honest(call, status, refusal)
    known = refusal is not None and refusal.kind.startswith("foreign:")
    return [*fields, ("Vary", "Authorization")] if known else fields
