"""Errors do not say when they were made."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ()


def make_date(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """Nothing on errors."""
    return honest(call, status) if status < 400 else []
