"""Refused requests that have an effect."""

from __future__ import annotations

import json

from reference_server.call import Call
from reference_server.faults._documented import members_are_unique
from reference_server.faults._unasked import change_unasked
from reference_server.faults.fault import alters
from reference_server.operations.crud import perform
from reference_server.stages.authorization import find_missing_rights


@alters(find_missing_rights, needs=("authorization.refusal", "authorization.required"))
def deletes_before_refusing(missing: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A caller without the right to delete an object is refused, and the object is gone."""
    use = call.op_rules.use
    if missing and use.kind == "delete":
        store = call.server.store
        item = store.find(use.names[use.target].name, call.match.parameters[use.target])
        if item is not None:
            store.remove(item)
    return missing


@alters(find_missing_rights, needs=("authorization.refusal", "authorization.required"))
def changes_before_refusing(missing: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A caller without the right to change an object is refused, and the object is changed."""
    use = call.op_rules.use
    if missing and use.kind == "update":
        named = call.match.parameters[use.target]
        item = call.server.store.find(use.names[use.target].name, named)
        if item is not None:
            change_unasked(call, item)
    return missing


@alters(
    find_missing_rights,
    needs=("authorization.refusal", "authorization.required"),
    shows_in=members_are_unique,
)
def makes_before_refusing(missing: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """A caller without the right to create an object is refused, and the object is created."""
    use = call.op_rules.use
    if missing and use.kind == "create" and not use.names:
        try:
            call.value = json.loads(call.body)
        except ValueError:
            return missing
        perform(call)
    return missing
