"""Limits that only requests of several operations see broken."""

from __future__ import annotations

from reference_server.call import Admission, Call
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters
from reference_server.faults.ratelimit.counting import let_through
from reference_server.stages.rate_limits import admit

_LIMITS = ("rate_limits",)
_LOW = 20


def _counts_in_several(profile: Profile) -> bool:
    """Whether some request counts in a low limit and in a further one."""
    return any(
        len(rules.buckets) > 1 and (rules.buckets[0].limit or _LOW + 1) <= _LOW
        for rules in profile.rules.values()
    )


@alters(admit, needs=_LIMITS, shows_in=_counts_in_several)
def forgets_the_further_limit(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A request that counts in several limits is refused by the first of them alone."""
    first = call.op_rules.buckets[0].name == decided.bucket.name
    return decided if first else let_through(decided)


@alters(admit, needs=_LIMITS, shows_in=_counts_in_several)
def one_limit_widens_another(decided: Admission, call: Call, admission: Admission) -> Admission:
    """Whom one limit has refused may send two requests more than another limit admits."""
    kept, now = call.server.kept, call.server.clock.now()
    key = ("widened", call.caller_identity.id)
    refused_by, until, spare = kept.get(key, ("", 0.0, 0))
    name = decided.bucket.name
    if decided.standing.allowed:
        return decided
    if spare and now < until and name != refused_by:
        kept[key] = (refused_by, until, spare - 1)
        return let_through(decided)
    if not refused_by or now >= until:
        kept[key] = (name, now + decided.bucket.window_s, 2)
    return decided
