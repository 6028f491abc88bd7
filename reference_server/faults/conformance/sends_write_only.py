"""Reads have what partners may send and never see."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.altering import reads_altered
from reference_server.call import Call, Reply

NEEDS = ()


def success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Each member that the document has for sending alone, filled in."""
    schemas = call.server.profile.schemas

    def change(schema: Mapping[str, Json], value: Json) -> Json:
        hidden = {
            name: "not-for-your-eyes"
            for name, inner in schemas.members(schema).items()
            if schemas.resolved(inner).get("writeOnly") is True
        }
        return {**value, **hidden} if hidden and isinstance(value, Mapping) else MISSING

    return reads_altered(call, honest(call, reply), change)
