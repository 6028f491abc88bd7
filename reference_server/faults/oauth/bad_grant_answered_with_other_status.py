"""A refresh token that is not valid is refused with 401."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("oauth.refresh",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """401 for this error."""
    if refusal.members.get("error") == "invalid_grant":
        return 401
    return honest(call, refusal)
