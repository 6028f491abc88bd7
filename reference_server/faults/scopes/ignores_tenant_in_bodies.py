"""An id in a body may be that of another tenant's object."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.state.store import Stored

NEEDS = ("authorization.foreign.tenant",)


def shows_in(profile: Profile) -> bool:
    """Only where a body names an object that is made through the API."""
    named = (one for rules in profile.rules.values() for one in rules.use.refers.values())
    return any(not collection.given for collection in named)


def find_foreign_owner(
    honest: Callable[[Call, Stored, str], str], call: Call, item: Stored, place: str
) -> str:
    """What a body names is nobody's."""
    whose = honest(call, item, place)
    return "" if whose == "tenant" and place == "body" else whose
