"""A body that cannot be parsed makes the server fail."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ()


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """500: nobody caught what the parser raised."""
    return 500 if refusal.kind == "syntax" else honest(call, refusal)
