"""Fields whose value the policy gives are not sent."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.policy import fields_promised
from reference_server.responses.headers import Fields

NEEDS = ("responses.all.headers",)


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """All but those."""
    stated = fields_promised(call, reply.status, lambda header: header.equals is not None)
    return [pair for pair in honest(call, reply, made) if pair[0].lower() not in stated]
