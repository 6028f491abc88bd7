"""An object that nobody has is answered with 200."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authorization.absent",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """200 for whatever id."""
    if refusal.kind == "absent":
        return 200
    return honest(call, refusal)
