"""Answers have no request id."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.policy import fields_promised
from reference_server.responses.headers import Fields

NEEDS = ("responses.all.headers.X-Request-Id",)


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """All but the fields that must be unique."""
    stated = fields_promised(call, reply.status, lambda header: header.unique)
    return [pair for pair in honest(call, reply, made) if pair[0].lower() not in stated]
