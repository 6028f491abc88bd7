"""A token that was got by refreshing has no scope."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.oauth.clients import form_of

NEEDS = ("oauth.refresh",)


def assign_scopes(
    honest: Callable[[Call, tuple[str, ...]], tuple[str, ...]],
    call: Call,
    scopes: tuple[str, ...],
) -> tuple[str, ...]:
    """None, after a refresh."""
    refreshing = form_of(call).get("grant_type") == "refresh_token"
    return () if refreshing else honest(call, scopes)
