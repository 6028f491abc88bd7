"""HSTS is written as no browser reads it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("transport.hsts",)


def make_hsts(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """A colon for the equals sign."""
    return [(name, value.replace("=", ": ")) for name, value in honest(call, status)]
