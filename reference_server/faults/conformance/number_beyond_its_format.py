"""Reads have numbers that do not fit into 32 bits, where the document says that they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.faults._altering import alters_reads, reads_altered

NEEDS = ()


def _change(schema: Mapping[str, Json], value: Json) -> Json:
    return 2**31 if schema.get("format") == "int32" and isinstance(value, int) else MISSING


def shows_in(profile: Profile) -> bool:
    """Where a read has such a value."""
    return alters_reads(profile, _change)


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Reads, altered so."""
    return reads_altered(call, honest(call, reply), _change)
