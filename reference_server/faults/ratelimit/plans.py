"""Limits of a plan that its holders do not have. Whoever is on the first plan has the right one."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.facts import Bucket
from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.stages.rate_limits import find_limit

FindLimit = Callable[[Call, Bucket], int | None]
_PLANS = ("rate_limits.plans",)


@alters(find_limit, needs=_PLANS)
def downgrade_without_effect(limit: int | None, call: Call, bucket: Bucket) -> int | None:
    """Whoever is on a plan with a smaller limit keeps the limit of the first plan."""
    first = _limit_of_first(call, bucket)
    return limit if limit is None or first is None else max(limit, first)


@fault(find_limit, needs=_PLANS)
def plans_mixed_up(honest: FindLimit, call: Call, bucket: Bucket) -> int | None:
    """Each plan but the first has the limit of another one."""
    limits = call.server.profile.facts.rate_limits
    plans = list(limits.plans)[1:] if limits else []
    if limits is None or call.caller_identity.plan not in plans:
        return honest(call, bucket)
    following = plans[(plans.index(call.caller_identity.plan) + 1) % len(plans)]
    return limits.under_plan(bucket, following).limit


@alters(find_limit, needs=_PLANS)
def upgrade_without_effect(limit: int | None, call: Call, bucket: Bucket) -> int | None:
    """Whoever is on a plan with a larger limit keeps the limit of the first plan."""
    first = _limit_of_first(call, bucket)
    return limit if limit is None or first is None else min(limit, first)


def _limit_of_first(call: Call, bucket: Bucket) -> int | None:
    limits = call.server.profile.facts.rate_limits
    plans = list(limits.plans) if limits else []
    return limits.under_plan(bucket, plans[0]).limit if limits and plans else bucket.limit
