"""Lists are answered without a body."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import MISSING
from reference_server.call import Call, Reply

NEEDS = ()


def success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The status and the type of a list, and nothing of it."""
    made = honest(call, reply)
    if call.op_rules.use.kind == "list":
        made.value = MISSING
    return made
