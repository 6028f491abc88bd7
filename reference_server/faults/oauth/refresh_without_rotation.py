"""A refresh hands out no refresh token, though the policy says that they rotate."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.oauth.clients import form_of

NEEDS = ("oauth.refresh",)


def write_token_response(
    honest: Callable[[Call, dict[str, Json]], dict[str, Json]],
    call: Call,
    answer: dict[str, Json],
) -> dict[str, Json]:
    """The answer to a refresh without the next refresh token."""
    made = honest(call, answer)
    if form_of(call).get("grant_type") == "refresh_token":
        made.pop("refresh_token", None)
    return made
