"""The scope to read is enough to write."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile

NEEDS = ("authorization.required",)


def shows_in(profile: Profile) -> bool:
    """Where some scope has one to read and one to write."""
    writing = (scope for scope in profile.scopes if scope.endswith(":write"))
    return any(scope.replace(":write", ":read") in profile.scopes for scope in writing)


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """A missing write scope is overlooked where the read scope is held."""
    held = call.caller_identity.scopes
    return tuple(
        word
        for word in honest(call)
        if not (word.endswith(":write") and word.replace(":write", ":read") in held)
    )
