"""An object that nobody has makes the server fail."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authorization.absent",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """500: nobody asked whether something was found."""
    return 500 if refusal.kind == "absent" else honest(call, refusal)
