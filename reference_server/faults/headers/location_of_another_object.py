"""Location names the object that was created before."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.profile import Profile

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a field is promised to lead somewhere."""
    rules = profile.facts.responses.values()
    return any(h.format == "resolves" for rule in rules for h in rule.headers.values())


def success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The last path segment is the id of an older object of the same kind and tenant."""
    made = honest(call, reply)
    collection = call.op_rules.use.collection
    if collection is None or made.header("Location") is None:
        return made
    items = call.server.store.all(collection.name, call.caller_identity.tenant)
    if len(items) < 2:
        return made
    made.headers = [
        (name, value.replace(items[-1].id, items[-2].id) if name == "Location" else value)
        for name, value in made.headers
    ]
    return made
