"""A body that names another tenant's object is refused with another status than one of nobody."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import at
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.policy import status_not_promised

NEEDS = ("authorization.foreign.tenant",)


def shows_in(profile: Profile) -> bool:
    """Only where a body names an object that is made through the API."""
    named = (one for rules in profile.rules.values() for one in rules.use.refers.values())
    return any(not collection.given for collection in named)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another status where the object exists."""
    if refusal.kind == "reference" and _exists(call):
        return status_not_promised(call, refusal)
    return honest(call, refusal)


def _exists(call: Call) -> bool:
    refers = call.op_rules.use.refers.items()
    found = (call.server.store.find(c.name, str(at(call.value, pointer))) for pointer, c in refers)
    return any(item is not None for item in found)
