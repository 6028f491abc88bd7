"""An unknown client is refused with 400, though it authenticated by Basic."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("oauth.token",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """400 for this kind of refusal."""
    return 400 if refusal.kind == "client" else honest(call, refusal)
