"""Reads have timestamps as databases print them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.faults._altering import alters_reads, reads_altered

NEEDS = ()


def _change(schema: Mapping[str, Json], value: Json) -> Json:
    stamp = schema.get("format") == "date-time" and isinstance(value, str)
    return value.replace("T", " ").removesuffix("Z") if stamp else MISSING


def shows_in(profile: Profile) -> bool:
    """Where a read has such a value."""
    return alters_reads(profile, _change)


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Reads, altered so."""
    return reads_altered(call, honest(call, reply), _change)
