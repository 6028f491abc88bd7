"""A header field that the document requires of a success is not sent."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.responses.headers import Fields

NEEDS = ()


def shows_in(profile: Profile) -> bool:
    """Where a success has a required field."""
    return any(
        header.required
        for rules in profile.rules.values()
        for response in rules.operation.responses
        if response.status.startswith("2")
        for header in response.headers
    )


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """All but those."""
    sent = honest(call, reply, made)
    documented = call.operation.response_for(reply.status) if call.operation else None
    if documented is None or reply.refusal is not None:
        return sent
    required = {header.name.lower() for header in documented.headers if header.required}
    return [pair for pair in sent if pair[0].lower() not in required]
