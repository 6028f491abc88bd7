"""A scope that there is not is granted as if there were."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.oauth.clients import form_of

NEEDS = ("oauth.token",)


def grant_scopes(
    honest: Callable[[Call, tuple[str, ...], tuple[str, ...]], tuple[str, ...] | Refusal],
    call: Call,
    asked: tuple[str, ...],
    most: tuple[str, ...],
) -> tuple[str, ...] | Refusal:
    """As a client with credentials asks, when something of it may be granted."""
    found = honest(call, asked, most)
    if form_of(call).get("grant_type") == "refresh_token":
        return found
    return asked if isinstance(found, Refusal) and set(asked) & set(most) else found
