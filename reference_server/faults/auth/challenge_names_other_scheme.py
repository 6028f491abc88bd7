"""A challenge names a scheme that the API does not have."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authentication.refusal.anonymous.challenge",)


def write_challenge(
    honest: Callable[[Call, Refusal, int], str | None], call: Call, refusal: Refusal, status: int
) -> str | None:
    """The same parameters after another word."""
    honestly = honest(call, refusal, status)
    return honestly and "Negotiate " + honestly.partition(" ")[2]
