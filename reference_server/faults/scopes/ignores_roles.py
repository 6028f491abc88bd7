"""Roles are not looked at."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.roles",)


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """Only scopes and permissions are ever missing."""
    named = {*call.op_rules.scopes, *call.op_rules.permissions}
    return tuple(word for word in honest(call) if word in named)
