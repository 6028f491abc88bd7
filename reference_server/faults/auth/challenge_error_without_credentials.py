"""A challenge says invalid_token although no token came (RFC 6750, section 3.1)."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authentication.refusal.anonymous.challenge",)


def write_challenge(
    honest: Callable[[Call, Refusal, int], str | None], call: Call, refusal: Refusal, status: int
) -> str | None:
    """An error code where there is nothing to be wrong."""
    honestly = honest(call, refusal, status)
    if honestly and refusal.kind == "anonymous":
        return f'{honestly}, error="invalid_token"'
    return honestly
