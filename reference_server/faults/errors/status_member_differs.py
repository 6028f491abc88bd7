"""The member that repeats the status says another one."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.document.schemas import put
from reference_server.policy import rules_in_force

NEEDS = ("responses.error.equal",)


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """599 wherever the status should stand."""
    honest(call, refusal, reply)
    for rule in rules_in_force(call, reply.status):
        for pointer, source in rule.equal.items():
            if source == "status":
                reply.value = put(reply.value, pointer, 599)
