"""A challenge ends within a quoted string."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authentication.refusal.anonymous.challenge",)


def write_challenge(
    honest: Callable[[Call, Refusal, int], str | None], call: Call, refusal: Refusal, status: int
) -> str | None:
    """The last quotation mark is missing."""
    honestly = honest(call, refusal, status)
    return honestly and honestly.removesuffix('"')
