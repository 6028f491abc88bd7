"""Requests that a limit counts together, or apart, and should not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from apicheck.model.facts import Bucket
from reference_server.call import Admission, Call
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.stages.rate_limits import admit, choose_key

ChooseKey = Callable[[Call, Bucket], tuple[str, ...]]
_LIMITS = ("rate_limits",)
_LOW = 100
"""Higher limits are kept: requests of a whole run would count together."""
_FEW = 3
"""A lower limit cannot be told from one of its own: it is used up too soon."""


def _list_buckets(profile: Profile) -> Iterator[Bucket]:
    limits = profile.facts.rate_limits
    yield from limits.buckets.values() if limits else ()


def _counts_tokens_together(profile: Profile) -> bool:
    """Whether some low limit is per user, account or app."""
    return any(
        bucket.per in ("user", "account", "app") and _FEW <= (bucket.limit or 0) <= _LOW
        for bucket in _list_buckets(profile)
    )


def _counts_operations_together(profile: Profile) -> bool:
    """Whether some low limit is for several operations."""
    low = {bucket.name for bucket in _list_buckets(profile) if _FEW <= (bucket.limit or 0) <= _LOW}
    counted = [
        bucket.name
        for rules in profile.rules.values()
        for bucket in rules.buckets[:1]
        if bucket.name in low
    ]
    return len(counted) > len(set(counted))


def _has_low_limit(profile: Profile) -> bool:
    return any((bucket.limit or 0) <= _LOW for bucket in _list_buckets(profile))


@fault(choose_key, needs=_LIMITS, shows_in=_has_low_limit)
def counts_clients_together(honest: ChooseKey, call: Call, bucket: Bucket) -> tuple[str, ...]:
    """All clients share a low limit."""
    return (bucket.name, "all") if (bucket.limit or 0) <= _LOW else honest(call, bucket)


@alters(choose_key, needs=_LIMITS, shows_in=_counts_tokens_together)
def counts_tokens_apart(due: tuple[str, ...], call: Call, bucket: Bucket) -> tuple[str, ...]:
    """Each token has a limit of its own, where several should share one."""
    return (*due, call.caller_identity.id)


@alters(choose_key, needs=_LIMITS, shows_in=_counts_operations_together)
def counts_operations_apart(due: tuple[str, ...], call: Call, bucket: Bucket) -> tuple[str, ...]:
    """Each operation has a limit of its own, where several should share one."""
    return (*due, call.op_rules.operation.id)


def _counts_operations_apart(profile: Profile) -> bool:
    """Whether there is more than one limit."""
    return len(list(_list_buckets(profile))) > 1


@alters(admit, needs=_LIMITS, shows_in=_counts_operations_apart)
def refuses_other_operations(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A caller that one limit has refused is refused by all others too."""
    remembered, caller = call.server.remembered, call.caller_identity.id
    if not decided.standing.allowed:
        remembered.add(("refused by", decided.bucket.name, caller))
    others = any(
        key[0] == "refused by" and key[1] != decided.bucket.name and key[2] == caller
        for key in remembered
    )
    if not others:
        return decided
    standing = replace(decided.standing, allowed=False, used=decided.limit)
    return replace(decided, standing=standing)
