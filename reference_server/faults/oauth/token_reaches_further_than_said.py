"""A token has all scopes, though its answer says that it has those asked for."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("oauth.token",)


def assign_scopes(
    honest: Callable[[Call, tuple[str, ...]], tuple[str, ...]],
    call: Call,
    scopes: tuple[str, ...],
) -> tuple[str, ...]:
    """All that there are."""
    del honest, scopes
    return call.server.profile.scopes
