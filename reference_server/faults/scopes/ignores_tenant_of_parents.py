"""Whose an object is, is looked at; whose the one above it is, is not."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.state.store import Stored

NEEDS = ("authorization.foreign.tenant",)


def shows_in(profile: Profile) -> bool:
    """Only where a path names an object above the one it is about."""
    return any(set(one.use.names) - {one.use.target} for one in profile.rules.values())


def find_foreign_owner(
    honest: Callable[[Call, Stored, str], str], call: Call, item: Stored, place: str
) -> str:
    """An object above another is nobody's."""
    whose = honest(call, item, place)
    return "" if whose == "tenant" and place == "parent" else whose
