"""A scope is enough when the needed one begins with it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.refusal", "authorization.required")


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """What begins with a scope that is held is not missing."""
    held = tuple(scope for scope in call.caller_identity.scopes if scope)
    return tuple(word for word in honest(call) if not (held and word.startswith(held)))
