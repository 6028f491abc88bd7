"""Whoever asks for one scope is granted all of them."""

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
    """All that there are."""
    found = honest(call, asked, most)
    if isinstance(found, Refusal) or form_of(call).get("grant_type") == "refresh_token":
        return found
    return tuple(dict.fromkeys((*found, *call.server.profile.scopes)))
