"""Lists of what was changed or deleted that have too much or too little."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.operations.changes import keep_changed, list_removed, read_since
from reference_server.state.store import Removed, Stored

KeepChanged = Callable[[Call, list[Stored]], list[Stored]]

_ZONE_S = 2 * 3600


@fault(keep_changed, needs=("formats.since",))
def ignores_since(honest: KeepChanged, call: Call, items: list[Stored]) -> list[Stored]:
    """A list has all objects, whatever moment was given."""
    return items


@fault(keep_changed, needs=("formats.since",))
def since_in_the_local_zone(honest: KeepChanged, call: Call, items: list[Stored]) -> list[Stored]:
    """The moment is read as one of the server's own zone, two hours later."""
    since = read_since(call)
    return [one for one in items if since is None or one.changed_at >= since + _ZONE_S]


@alters(list_removed, needs=("formats.deleted",))
def list_of_deleted_misses_the_newest(due: list[Removed], call: Call) -> list[Removed]:
    """What was deleted in the last hour is not listed yet."""
    now = call.server.clock.now()
    return [one for one in due if one.at < now - 3600]


@alters(list_removed, needs=("formats.deleted",))
def list_of_deleted_has_all(due: list[Removed], call: Call) -> list[Removed]:
    """What exists is listed among what was deleted."""
    operation = call.server.profile.facts.formats.deleted[call.op_rules.operation.id]
    collection = call.server.profile.rules[operation].use.collection
    store, tenant = call.server.store, call.caller_identity.tenant
    living = store.all(collection.name, tenant) if collection else []
    return [*due, *(Removed(item, item.changed_at) for item in living)]
