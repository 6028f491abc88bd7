"""The scope to read is enough to write."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.required",)


def missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """A missing write scope is overlooked where the read scope is held."""
    held = call.caller_identity.scopes
    return tuple(
        word
        for word in honest(call)
        if not (word.endswith(":write") and word.replace(":write", ":read") in held)
    )
