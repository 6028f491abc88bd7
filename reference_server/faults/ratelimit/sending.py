"""Refusals by limit of what no object shows, such as a message, that act all the same."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.document.profile import Profile
from reference_server.faults.fault import fault
from reference_server.operations.crud import perform
from reference_server.responses.errors import fill_error_body

_HIGHEST = 100


def _sending_is_limited(profile: Profile) -> bool:
    """Whether the lowest limit counts nothing but writes that no object shows."""
    counted = [
        (bucket.limit, rules.operation.safe or rules.use.kind != "other")
        for rules in profile.rules.values()
        for bucket in rules.buckets[:1]
        if bucket.limit is not None and bucket.limit <= _HIGHEST
    ]
    lowest = min((limit for limit, _ in counted), default=None)
    return lowest is not None and (lowest, True) not in counted


@fault(fill_error_body, needs=("rate_limits",), shows_in=_sending_is_limited)
def sends_before_it_refuses(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """What no object shows is done over a limit, and refused all the same."""
    honest(call, refusal, reply)
    if refusal.kind != "rate":  # others come before a request has an operation
        return
    rules = call.op_rules
    if not rules.operation.safe and rules.use.kind == "other":
        perform(call)
