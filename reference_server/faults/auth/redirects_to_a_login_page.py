"""A request from nobody is sent to a page where people log in."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authentication.never",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """302 for nobody."""
    return 302 if refusal.kind == "anonymous" else honest(call, refusal)
