"""Reads have a value that is none of those that the document lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import MISSING, Json
from reference_server.altering import reads_altered
from reference_server.call import Call, Reply

NEEDS = ()


def _change(schema: Mapping[str, Json], value: Json) -> Json:
    listed = "enum" in schema and isinstance(value, str)
    return "undecided" if listed else MISSING


def success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """Reads, altered so."""
    return reads_altered(call, honest(call, reply), _change)
