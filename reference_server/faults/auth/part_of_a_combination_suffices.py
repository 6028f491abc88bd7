"""Of the credentials that are needed together, one is enough."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.document.profile import Profile
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


def combine_identities(
    honest: Callable[[tuple[Identity | None, ...]], Identity | None],
    identities: tuple[Identity | None, ...],
) -> Identity | None:
    """Whoever has one of them."""
    found = honest(identities)
    return found or next((one for one in identities if one is not None), None)


def shows_in(profile: Profile) -> bool:
    """Where some operation takes several at once."""
    return any(len(option) > 1 for rules in profile.rules.values() for option in rules.security)
