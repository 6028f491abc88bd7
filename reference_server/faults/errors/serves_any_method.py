"""A method that a path does not know is answered as if it did."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("requests.method",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """200 for any method."""
    if refusal.kind == "method":
        return 200
    return honest(call, refusal)
