"""Answers tell the exact version of the software that made them."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.responses.headers import Fields

NEEDS = ()


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """A banner as it was installed."""
    return [*honest(call, reply, made), ("Server", "nginx/1.25.3 (Ubuntu)")]
