"""A caller without the right to make an object is refused, and the object is made."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.operations.crud import perform

NEEDS = ("authorization.refusal", "authorization.required")


def shows_in(profile: Profile) -> bool:
    """Only where a unique member tells what was made."""
    return any(
        profile.schemas.resolved(inner).get("x-unique") is True
        for rules in profile.rules.values()
        for media in rules.operation.body
        for inner in profile.schemas.members(media.schema).values()
    )


def find_missing_rights(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """What is missing, after the making of it."""
    missing, use = honest(call), call.op_rules.use
    if missing and use.kind == "create" and not use.names:
        try:
            call.value = json.loads(call.body)
        except ValueError:
            return missing
        perform(call)
    return missing
