"""A refresh is granted any scope that it asks for."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.oauth.clients import form_of

NEEDS = ("oauth.refresh",)


def grant_scopes(
    honest: Callable[[Call, tuple[str, ...], tuple[str, ...]], tuple[str, ...] | Refusal],
    call: Call,
    asked: tuple[str, ...],
    most: tuple[str, ...],
) -> tuple[str, ...] | Refusal:
    """Any scope that there is, when a token is refreshed."""
    if form_of(call).get("grant_type") == "refresh_token":
        most = (*most, *call.server.profile.scopes)
    return honest(call, asked, most)
