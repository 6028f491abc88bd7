"""Reads of what is no object and no list of them are answered without a body."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import MISSING
from reference_server.call import Call, Reply

NEEDS = ()


def finish_success(honest: Callable[[Call, Reply], Reply], call: Call, reply: Reply) -> Reply:
    """The status and the type, and nothing else."""
    made = honest(call, reply)
    rules = call.op_rules
    if rules.operation.safe and rules.use.kind == "other" and made.value is not MISSING:
        made.value = MISSING
    return made
