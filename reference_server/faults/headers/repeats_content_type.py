"""Content-Type comes twice, with two values."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.headers import Fields

NEEDS = ()


def fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """A second one."""
    sent = honest(call, reply, made)
    return [*sent, ("Content-Type", "text/plain")] if reply.media else sent
