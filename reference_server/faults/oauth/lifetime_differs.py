"""A token answer states twice the lifetime that is promised."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from reference_server.call import Call

NEEDS = ("oauth.lifetime",)


def write_token_response(
    honest: Callable[[Call, dict[str, Json]], dict[str, Json]],
    call: Call,
    answer: dict[str, Json],
) -> dict[str, Json]:
    """Twice the number."""
    made = honest(call, answer)
    return {**made, "expires_in": 2 * int(made["expires_in"])}
