"""The needed scope is looked for in the text of the scopes, not among its words."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("authorization.refusal", "authorization.required")


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """What the text contains is not missing."""
    text = " ".join(call.caller_identity.scopes)
    return tuple(word for word in honest(call) if word not in text)
