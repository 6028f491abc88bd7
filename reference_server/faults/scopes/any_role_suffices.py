"""Whoever has any role may do what only some roles may."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.roles",)


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """A missing role is overlooked where another is held."""
    named = {*call.op_rules.scopes, *call.op_rules.permissions}
    missing = honest(call)
    return tuple(w for w in missing if w in named) if call.caller_identity.roles else missing
