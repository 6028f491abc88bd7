"""Whoever has met a limit once is refused for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Admission, Call

NEEDS = ("rate_limits",)


def admit(
    honest: Callable[[Call, Admission], Admission], call: Call, admission: Admission
) -> Admission:
    """A refusal is remembered."""
    decided = honest(call, admission)
    key = ("refused", decided.bucket.name, call.caller_identity.id)
    if not decided.standing.allowed:
        call.server.remembered.add(key)
    if key not in call.server.remembered:
        return decided
    retry = max(decided.standing.retry, call.server.clock.now() + 1)
    return replace(decided, standing=replace(decided.standing, allowed=False, retry=retry))
