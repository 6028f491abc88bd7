"""A refusal says nothing on how to authenticate."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal

NEEDS = ("authentication.refusal.anonymous.challenge",)


def write_challenge(
    honest: Callable[[Call, Refusal, int], str | None], call: Call, refusal: Refusal, status: int
) -> str | None:
    """None, whatever is due."""
    del honest, call, refusal, status
    return None
