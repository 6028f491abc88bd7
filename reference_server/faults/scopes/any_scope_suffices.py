"""Whoever holds any scope or permission may do everything."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.required",)


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """Nothing is missing to those who hold something."""
    who = call.caller_identity
    return () if who.scopes or who.permissions else honest(call)
