"""The refusal of a client does not say how clients authenticate."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("oauth.token",)


def write_challenge(
    honest: Callable[[Call, Refusal, int], str | None],
    call: Call,
    refusal: Refusal,
    status: int,
) -> str | None:
    """None for clients."""
    return None if refusal.kind == "client" else honest(call, refusal, status)
