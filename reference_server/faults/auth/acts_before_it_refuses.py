"""A request from nobody is refused, after what it asks for was done."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.identities import Identity

NEEDS = ("authentication.refusal",)


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
