"""A scope that another implies must be held itself."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.implies",)


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """Implied scopes are missing."""
    held = call.caller_identity.scopes
    return (*honest(call), *(scope for scope in call.op_rules.scopes if scope not in held))
