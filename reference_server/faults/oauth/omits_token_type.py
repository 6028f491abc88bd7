"""A token answer does not say of which type the token is."""

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
    """All members but that one."""
    made = honest(call, answer)
    return {name: value for name, value in made.items() if name != "token_type"}
