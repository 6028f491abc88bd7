"""A failure of the server is blamed on the caller."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("requests.failure",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """400, as if the request were bad."""
    if refusal.kind == "internal":
        return 400
    return honest(call, refusal)
