"""A request to make something is refused for its credential, after the making of it."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.operations.crud import perform
from reference_server.state.identities import Identity

NEEDS = ("authentication.refusal",)


def shows_in(profile: Profile) -> bool:
    """Only where a unique member tells what was made."""
    return any(
        profile.schemas.resolved(inner).get("x-unique") is True
        for rules in profile.rules.values()
        for media in rules.operation.body
        for inner in profile.schemas.members(media.schema).values()
    )


def authenticate(honest: Callable[[Call], Identity | Refusal], call: Call) -> Identity | Refusal:
    """The refusal; what was to be made is there all the same, as the first tenant's."""
    found, use = honest(call), call.op_rules.use
    if isinstance(found, Refusal) and use.kind == "create" and not use.names:
        try:
            call.value = json.loads(call.body)
        except ValueError:
            return found
        if isinstance(call.value, dict):
            call.identity = next(iter(call.server.directory.all()))
            perform(call)
            call.identity = None
    return found
