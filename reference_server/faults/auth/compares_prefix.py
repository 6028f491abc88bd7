"""Only the first twelve characters of a token are compared."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.state.identities import Directory, Identity

NEEDS = ("authentication.refusal",)


_COMPARED = 12


def find_identity(
    honest: Callable[[Directory, str], Identity | None], directory: Directory, token: str
) -> Identity | None:
    """Somebody whose token begins in the same way."""
    found = honest(directory, token)
    if found is not None or len(token) < _COMPARED:
        return found
    same = (one for one in directory.all() if one.token[:_COMPARED] == token[:_COMPARED])
    return next(same, None)
