"""A request from nobody is refused, after what it asks for was done."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


def shows_in(profile: Profile) -> bool:
    """Where an object that can be changed can be read."""
    kinds = {(rules.use.kind, rules.use.collection) for rules in profile.rules.values()}
    return any(("read", known) in kinds for kind, known in kinds if kind in ("update", "delete"))


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """The refusal; an object that the path names as the last thing is gone all the same."""
    found = honest(call)
    use, store = call.op_rules.use, call.server.store
    collection = use.names.get(use.target)
    changes = use.kind in ("update", "delete")
    if isinstance(found, Refusal) and collection is not None and changes:
        item = store.find(collection.name, call.match.parameters.get(use.target, ""))
        if item is not None:
            store.remove(item)
    return found
