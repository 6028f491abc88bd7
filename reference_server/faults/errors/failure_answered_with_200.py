"""A failure of the server is answered with 200."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("requests.failure",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """200, as if all were well."""
    if refusal.kind == "internal":
        return 200
    return honest(call, refusal)
