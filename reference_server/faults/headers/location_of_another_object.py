"""Location names a copy of the object that was created."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import put

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a field is promised to lead somewhere."""
    rules = profile.facts.responses.values()
    return any(h.format == "resolves" for rule in rules for h in rule.headers.values())


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """As if it had been stored twice, under two ids."""
    made = honest(call, reply)
    collection = call.op_rules.use.collection
    if collection is None or made.header("Location") is None:
        return made
    newest = call.server.store.all(collection.name, call.caller_identity.tenant)[-1]
    other = newest.id.replace("_", "_c", 1) if "_" in newest.id else f"c{newest.id}"
    value = dict(put(newest.value, collection.id, other))
    call.server.store.add(replace(newest, id=other, value=value))
    made.headers = [
        (name, text.replace(newest.id, other) if name == "Location" else text)
        for name, text in made.headers
    ]
    return made
