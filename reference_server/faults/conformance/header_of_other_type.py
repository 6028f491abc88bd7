"""A header field that the document says to be a number is a word."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.document.profile import Profile
from reference_server.responses.headers import Fields

NEEDS = ()

_OF_LIMITS = ("x-ratelimit-", "ratelimit", "retry-after")


def _numbers(call: Call, status: int) -> set[str]:
    documented = call.operation.response_for(status) if call.operation else None
    schemas = call.server.profile.schemas
    return {
        header.name.lower()
        for header in (documented.headers if documented else ())
        if schemas.resolved(header.schema).get("type") == "integer"
        and not header.name.lower().startswith(_OF_LIMITS)
    }


def shows_in(profile: Profile) -> bool:
    """Where a success has such a field, one of limits aside."""
    return any(
        profile.schemas.resolved(header.schema).get("type") == "integer"
        and not header.name.lower().startswith(_OF_LIMITS)
        for rules in profile.rules.values()
        for response in rules.operation.responses
        if response.status.startswith("2")
        for header in response.headers
    )


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """A word for each number."""
    numbers = _numbers(call, reply.status)
    return [
        (name, "many" if name.lower() in numbers else value)
        for name, value in honest(call, reply, made)
    ]
