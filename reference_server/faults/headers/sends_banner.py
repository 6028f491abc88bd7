"""Answers tell which software made them, though the policy says that none does."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Reply
from reference_server.policy import rules_in_force
from reference_server.responses.headers import Fields

NEEDS = ("responses.all.absent",)


def finish_fields(
    honest: Callable[[Call, Reply, Fields], Fields], call: Call, reply: Reply, made: Fields
) -> Fields:
    """One more field: the first that is promised absent."""
    unwanted = [name for rule in rules_in_force(call, reply.status) for name in rule.absent]
    return [*honest(call, reply, made), *((name, "Apache") for name in unwanted[:1])]
