"""The credential in an answer is not the one that was made: its last character is missing."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import at
from reference_server.call import Call, Reply
from reference_server.document.schemas import put

NEEDS = ("authentication.issued",)


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The honest answer, with the credential cut."""
    answer = honest(call, reply)
    issued = call.server.profile.facts.authentication.issued.get(call.op_rules.operation.id)
    if issued is not None:
        answer.value = put(answer.value, issued.value, str(at(answer.value, issued.value))[:-1])
    return answer
