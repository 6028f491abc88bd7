"""Every answer has the same request id."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.policy import fields_promised
from reference_server.responses.headers import Fields

NEEDS = ("responses.all.headers.X-Request-Id",)


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """One value for each field that must be unique."""
    stated = fields_promised(call, reply.status, lambda header: header.unique)
    same = "5bd0b6c2-4f0c-4b0e-9f4e-0a6c1d2e3f40"
    return [
        (name, same if name.lower() in stated else value)
        for name, value in honest(call, reply, made)
    ]
