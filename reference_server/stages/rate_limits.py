"""Which bucket counts a request, under which key, and whether it is within the limit."""

from __future__ import annotations

import json

from apicheck.model.facts import Bucket
from apicheck.model.json import at
from reference_server.call import Admission, Call, Refusal
from reference_server.document.schemas import NO_ARRAY, find_array
from reference_server.seam import seam
from reference_server.state.limits import LIMITERS, Limiter, Options, Standing


def refuse_rate(call: Call) -> Refusal | None:
    """Count a request in each of its buckets; why it is refused, if it is."""
    limits = call.server.profile.facts.rate_limits
    refused = None
    for admission in _ask_buckets(call, count=True):
        call.admissions.append(admission)
        if not admission.standing.allowed and limits and limits.over == "refuse":
            refused = Refusal("rate", "The limit is used up.")
    return refused


def note_admissions(call: Call) -> None:
    """Note where the caller stands, without counting anything."""
    call.admissions = _ask_buckets(call, count=False)


def settle_costs(call: Call, status: int) -> None:
    """Give back what is not counted, once the status is known.

    That is what the policy says costs nothing, and what one bucket admitted and another refused.
    """
    limits = call.server.profile.facts.rate_limits
    if limits is None:
        return
    served = all(admission.standing.allowed for admission in call.admissions)
    costs = costs_something(call, status)
    if costs and (served or limits.counts_refused or limits.over != "refuse"):
        return
    for admission in call.admissions:
        if admission.standing.allowed:
            limiter = find_limiter(call, admission.bucket)
            for _ in range(admission.cost):
                limiter.give_back()


@seam
def costs_something(call: Call, status: int) -> bool:
    """Whether a request counts, by the status of its response."""
    limits = call.server.profile.facts.rate_limits
    return limits is None or limits.counts is None or status in limits.counts


@seam
def enforce_limit(call: Call, limit: int) -> int:
    """The limit that is enforced, from the one that is promised."""
    del call
    return limit


@seam
def admit(call: Call, admission: Admission) -> Admission:
    """A bucket's decision."""
    del call
    return admission


def _ask_buckets(call: Call, *, count: bool) -> list[Admission]:
    asked = []
    for bucket in call.rules.buckets if call.rules else ():
        limit = find_limit(call, bucket)
        if limit is None:
            continue
        enforced = enforce_limit(call, limit)
        limiter, cost = find_limiter(call, bucket), find_cost(call, bucket) if count else 1
        standing = _ask(limiter, call.server.clock.now(), enforced, cost, count=count)
        admission = Admission(bucket, limit, standing, cost)
        asked.append(admit(call, admission) if count else admission)
    return asked


def _ask(limiter: Limiter, now: float, limit: int, cost: int, *, count: bool) -> Standing:
    """Count a request as so many, or as none where they are not all within the limit."""
    standing = limiter.ask(now, limit, count=count)
    for number in range(1, cost):
        before, standing = standing, limiter.ask(now, limit, count=count)
        if before.allowed and not standing.allowed:
            for _ in range(number):
                limiter.give_back()
            break
    return standing


@seam
def find_cost(call: Call, bucket: Bucket) -> int:
    """As how many a request counts: as one, or as many as it has items."""
    return count_items(call) if bucket.bulk == "items" else 1


def count_items(call: Call) -> int:
    """The elements of the first list in a body, or the lines of one that is CSV."""
    if (call.header("Content-Type") or "").startswith("text/csv"):
        return max(1, len(call.body.splitlines()) - 1)
    try:
        value = json.loads(call.body)
    except (ValueError, RecursionError):
        return 1
    place = find_array(value)
    return max(1, len(at(value, place))) if place != NO_ARRAY else 1


@seam
def find_limit(call: Call, bucket: Bucket) -> int | None:
    """The limit of the caller's plan; whoever has none is on the first plan."""
    limits = call.server.profile.facts.rate_limits
    plans = limits.plans if limits else {}
    plan = plans.get(call.caller_identity.plan) or next(iter(plans.values()), {})
    return plan.get(bucket.name, bucket.limit)


def find_limiter(call: Call, bucket: Bucket) -> Limiter:
    """The limiter of a bucket for this caller; made when it is first asked."""
    limits = call.server.profile.facts.rate_limits
    stated = limits.algorithm if limits else None
    name = stated or call.server.variant.limiter or "fixed"
    made = call.server.limiters
    key = (name, *choose_key(call, bucket))
    if key not in made:
        counts_refused = bool(limits and limits.counts_refused)
        options = Options(bucket.window_s, bucket.burst, counts_refused)
        made[key] = LIMITERS[name if name in LIMITERS else "fixed"](options)
    return made[key]


@seam
def choose_key(call: Call, bucket: Bucket) -> tuple[str, ...]:
    """What a request counts together with: the bucket, and the user, account or the like."""
    caller = call.identity
    if caller is None or bucket.per == "ip":
        return (bucket.name, "ip", call.peer)
    unit, who = {
        "user": ("user", caller.user or caller.id),
        "account": ("account", caller.account or caller.tenant),
        "app": ("app", caller.app or caller.id),
    }.get(bucket.per, ("token", caller.id))
    return (bucket.name, unit, who)
