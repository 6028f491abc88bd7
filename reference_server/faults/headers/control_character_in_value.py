"""A header field of successes has a control character in it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.responses.headers import Fields

NEEDS = ()


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """As if a name had been copied into it from a form."""
    more = [] if reply.refusal else [("X-Served-For", "Ada\x01Lovelace")]
    return [*honest(call, reply, made), *more]
