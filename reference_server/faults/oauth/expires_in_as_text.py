"""A token answer has its lifetime as a text."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from reference_server.call import Call

NEEDS = ("oauth.token",)


def write_token_response(
    honest: Callable[[Call, dict[str, Json]], dict[str, Json]],
    call: Call,
    answer: dict[str, Json],
) -> dict[str, Json]:
    """The number in quotation marks."""
    made = honest(call, answer)
    return {**made, "expires_in": str(made["expires_in"])}
