"""Scopes are compared without case."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.refusal", "authorization.required")


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """What is held in another case is not missing."""
    held = {scope.lower() for scope in call.caller_identity.scopes}
    return tuple(word for word in honest(call) if word.lower() not in held)
