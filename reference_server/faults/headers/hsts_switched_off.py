"""Browsers are told to forget that they should come by HTTPS."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("transport.hsts",)


def make_hsts(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """No seconds to remember it for."""
    return [(name, "max-age=0; includeSubDomains") for name, _ in honest(call, status)]
