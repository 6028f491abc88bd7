"""Errors do not tell browsers to come by HTTPS."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("transport.hsts",)


def make_hsts(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """Nothing on errors."""
    return honest(call, status) if status < 400 else []
