"""Reads have what partners may send and never see."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.document.schemas import Schemas
from reference_server.faults._altering import Change, alters_reads, reads_altered

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a read has such a member."""
    return alters_reads(profile, _filled_in(profile.schemas))


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Each member that the document has for sending alone, filled in."""
    change = _filled_in(call.server.profile.schemas)
    return reads_altered(call, honest(call, reply), change)


def _filled_in(schemas: Schemas) -> Change:
    def change(schema: Mapping[str, Json], value: Json) -> Json:
        hidden = {
            name: "not-for-your-eyes"
            for name, inner in schemas.members(schema).items()
            if schemas.resolved(inner).get("writeOnly") is True
        }
        return {**value, **hidden} if hidden and isinstance(value, Mapping) else MISSING

    return change
