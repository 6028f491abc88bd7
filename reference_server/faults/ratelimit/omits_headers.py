"""Answers say nothing of limits."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.headers",)


def make_rate_headers(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """None at all."""
    del honest, call, admission
    return []
