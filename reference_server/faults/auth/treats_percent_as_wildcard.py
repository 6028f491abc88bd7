"""A percent sign in a token stands for any characters, as in SQL's LIKE."""

from __future__ import annotations

import re
from collections.abc import Callable

from reference_server.state.identities import Directory, Identity

NEEDS = ("authentication.refusal",)


def find_identity(
    honest: Callable[[Directory, str], Identity | None], directory: Directory, token: str
) -> Identity | None:
    """Somebody whose token is LIKE this one."""
    found = honest(directory, token)
    if found is not None or "%" not in token:
        return found
    pattern = re.compile(".*".join(map(re.escape, token.split("%"))))
    return next((one for one in directory.all() if pattern.fullmatch(one.token)), None)
