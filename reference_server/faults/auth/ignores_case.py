"""Tokens are compared without regard to case."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.state.identities import Directory, Identity

NEEDS = ("authentication.refusal",)


def find_identity(
    honest: Callable[[Directory, str], Identity | None], directory: Directory, token: str
) -> Identity | None:
    """Somebody whose token is the same but for case."""
    found = honest(directory, token)
    same = (one for one in directory.all() if one.token.lower() == token.lower())
    return found or next(same, None)
