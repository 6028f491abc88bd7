"""Limits that are not kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Admission, Call
from reference_server.faults.fault import fault
from reference_server.stages.rate_limits import admit, enforce_limit

EnforceLimit = Callable[[Call, int], int]
_LIMITS = ("rate_limits",)


@fault("ratelimit/never-recovers", admit, needs=_LIMITS)
def never_recovers(
    honest: Callable[[Call, Admission], Admission], call: Call, admission: Admission
) -> Admission:
    """A caller that was refused by a limit once is refused for ever."""
    decided = honest(call, admission)
    key = ("refused", decided.bucket.name, call.caller_identity.id)
    if not decided.standing.allowed:
        call.server.remembered.add(key)
    if key not in call.server.remembered:
        return decided
    retry = max(decided.standing.retry, call.server.clock.now() + 1)
    return replace(decided, standing=replace(decided.standing, allowed=False, retry=retry))


@fault("ratelimit/never-refuses", enforce_limit, needs=_LIMITS)
def never_refuses(honest: EnforceLimit, call: Call, limit: int) -> int:
    """Limits are announced and not enforced."""
    return honest(call, limit) + 1_000_000


@fault("ratelimit/one-too-few", enforce_limit, needs=_LIMITS)
def one_too_few(honest: EnforceLimit, call: Call, limit: int) -> int:
    """One request fewer than the limit is let through."""
    return max(1, honest(call, limit) - 1)


@fault("ratelimit/one-too-many", enforce_limit, needs=_LIMITS)
def one_too_many(honest: EnforceLimit, call: Call, limit: int) -> int:
    """One request more than the limit is let through."""
    return honest(call, limit) + 1
