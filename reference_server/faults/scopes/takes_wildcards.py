"""A star in a scope stands for anything."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from reference_server.call import Call

NEEDS = ("authorization.refusal", "authorization.required")


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """What a held pattern matches is not missing."""
    held = call.caller_identity.scopes
    return tuple(w for w in honest(call) if not any(fnmatchcase(w, pattern) for pattern in held))
