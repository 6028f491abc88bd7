"""A caller without the right to delete an object is refused, and the object is gone."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.refusal", "authorization.required")


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """What is missing, after the deletion."""
    missing, use = honest(call), call.op_rules.use
    if missing and use.kind == "delete":
        store = call.server.store
        item = store.find(use.names[use.target].name, call.match.parameters[use.target])
        if item is not None:
            store.remove(item)
    return missing
