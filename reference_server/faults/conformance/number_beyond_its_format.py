"""Reads have numbers that do not fit into 32 bits, where the document says that they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.altering import reads_altered
from reference_server.call import Call, Reply

NEEDS = ()


def _change(schema: Mapping[str, Json], value: Json) -> Json:
    return 2**31 if schema.get("format") == "int32" and isinstance(value, int) else MISSING


def success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Reads, altered so."""
    return reads_altered(call, honest(call, reply), _change)
