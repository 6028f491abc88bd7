"""The Location field."""

from __future__ import annotations

from dataclasses import replace

from apicheck.model.json import at
from reference_server.call import Call, Reply
from reference_server.document.schemas import put
from reference_server.faults._documented import headers_have
from reference_server.faults.fault import alters
from reference_server.responses.success import finish_success

_resolves = headers_have(lambda header: header.format == "resolves")


@alters(finish_success, shows_in=_resolves)
def location_of_another_object(made: Reply, call: Call, reply: Reply) -> Reply:
    """Location names a copy of the object that was created."""
    collection = call.op_rules.use.collection
    if collection is None or made.header("Location") is None:
        return made
    newest = call.server.store.all(collection.name, call.caller_identity.tenant)[-1]
    mark = "9" if newest.id.isdigit() else "c"
    other = newest.id.replace("_", "_c", 1) if "_" in newest.id else f"{mark}{newest.id}"
    shown = int(other) if isinstance(at(newest.value, collection.id), int) else other
    value = dict(put(newest.value, collection.id, shown))
    call.server.store.add(replace(newest, id=other, value=value))
    made.headers = [
        (name, text.replace(newest.id, other) if name == "Location" else text)
        for name, text in made.headers
    ]
    return made


@alters(finish_success, shows_in=_resolves)
def location_to_nowhere(made: Reply, call: Call, reply: Reply) -> Reply:
    """Location names a path that nothing serves."""
    made.headers = [
        (name, f"{value}x" if name == "Location" else value) for name, value in made.headers
    ]
    return made
