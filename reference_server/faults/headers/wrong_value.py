"""Fields whose value the policy gives have another one."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.policy import fields_promised
from reference_server.responses.headers import Fields

NEEDS = ("responses.all.headers",)


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """Another value for those."""
    stated = fields_promised(call, reply.status, lambda header: header.equals is not None)
    return [
        (name, "wrong" if name.lower() in stated else value)
        for name, value in honest(call, reply, made)
    ]
