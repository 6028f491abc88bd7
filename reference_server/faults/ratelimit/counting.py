"""Limits that are not kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Admission, Call
from reference_server.faults.fault import fault
from reference_server.stages.rate_limits import admit, enforce_limit

Admit = Callable[[Call, Admission], Admission]
EnforceLimit = Callable[[Call, int], int]
_LIMITS = ("rate_limits",)


def _let_through(admission: Admission) -> Admission:
    """The decision of a bucket, with the request let through."""
    return replace(admission, standing=replace(admission.standing, allowed=True))


@fault("ratelimit/counts-by-query", admit, needs=_LIMITS)
def counts_by_query(honest: Admit, call: Call, admission: Admission) -> Admission:
    """A limit is not applied to requests with a query."""
    decided = honest(call, admission)
    return _let_through(decided) if call.query else decided


@fault("ratelimit/counts-spellings-of-credentials-apart", admit, needs=_LIMITS)
def counts_spellings_of_credentials_apart(
    honest: Admit, call: Call, admission: Admission
) -> Admission:
    """A credential whose scheme begins with a small letter has a limit of its own."""
    decided = honest(call, admission)
    spelled = (call.header("Authorization") or "")[:1].islower()
    return _let_through(decided) if spelled else decided


@fault("ratelimit/never-recovers", admit, needs=_LIMITS)
def never_recovers(honest: Admit, call: Call, admission: Admission) -> Admission:
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


@fault("ratelimit/trusts-forwarded-for", admit, needs=_LIMITS)
def trusts_forwarded_for(honest: Admit, call: Call, admission: Admission) -> Admission:
    """A request that names another client in X-Forwarded-For is not limited."""
    decided = honest(call, admission)
    return _let_through(decided) if call.header("X-Forwarded-For") else decided
