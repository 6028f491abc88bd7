"""Limits that are not kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from apicheck.model.exchange import Pairs
from apicheck.model.facts import Bucket
from reference_server.call import Admission, Call
from reference_server.document.profile import Profile
from reference_server.document.routing import Match, Routes, match_operation
from reference_server.faults.fault import alters, fault
from reference_server.stages.rate_limits import (
    admit,
    costs_something,
    count_items,
    enforce_limit,
    find_cost,
    find_limit,
    find_limiter,
)

Costs = Callable[[Call, int], bool]
FindCost = Callable[[Call, Bucket], int]
_LIMITS = ("rate_limits",)
_FEW, _LOW = 3, 100
"""The lowest and the highest limit that is used up to see what else it counts."""
_COUNTS = ("rate_limits.counts",)
_SUCCESSES = range(200, 300)


def let_through(admission: Admission) -> Admission:
    """The decision of a bucket, with the request let through."""
    return replace(admission, standing=replace(admission.standing, allowed=True))


@alters(admit, needs=_LIMITS)
def counts_by_query(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A limit is not applied to requests with a query."""
    return let_through(decided) if call.query else decided


def _lowest_shows_a_body(profile: Profile) -> bool:
    """Whether the response of the lowest limit has a body: other paths are tried only then."""
    counted = [
        (
            rules.buckets[0].limit,
            any(r.media for r in rules.operation.responses if r.status[0] == "2"),
        )
        for rules in profile.rules.values()
        if rules.buckets and rules.buckets[0].limit is not None
    ]
    lowest = min((limit for limit, _ in counted), default=None)
    return (lowest, True) in counted


@alters(admit, needs=_LIMITS, shows_in=_lowest_shows_a_body)
def counts_encoded_paths_apart(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A limit is not applied to a path with a percent-encoded letter, which is the same path."""
    return let_through(decided) if "%" in call.path else decided


@counts_encoded_paths_apart.also(match_operation)
def _decode_path(
    honest: Callable[[Routes, str, str, Pairs], Match],
    routes: Routes,
    method: str,
    path: str,
    headers: Pairs,
) -> Match:
    """Such a path is the same to the operation."""
    found = honest(routes, method, path, headers)
    return found if found.operation else honest(routes, method, unquote(path), headers)


@alters(admit, needs=(*_LIMITS, "requests.head"))
def lets_head_through(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A limit is not applied to HEAD."""
    return let_through(decided) if call.method == "HEAD" else decided


@alters(admit, needs=_LIMITS)
def lets_http_1_0_through(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A limit is not applied to requests of HTTP/1.0."""
    return let_through(decided) if call.version == "1.0" else decided


@alters(admit, needs=_LIMITS)
def counts_spellings_of_credentials_apart(
    decided: Admission, call: Call, admission: Admission
) -> Admission:
    """A credential whose scheme begins with a small letter has a limit of its own."""
    spelled = (call.header("Authorization") or "")[:1].islower()
    return let_through(decided) if spelled else decided


@alters(admit, needs=_LIMITS)
def never_recovers(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A caller that was refused by a limit once is refused for ever."""
    key = ("refused", decided.bucket.name, call.caller_identity.id)
    if not decided.standing.allowed:
        call.server.remembered.add(key)
    if key not in call.server.remembered:
        return decided
    retry = max(decided.standing.retry, call.server.clock.now() + 1)
    return replace(decided, standing=replace(decided.standing, allowed=False, retry=retry))


@alters(enforce_limit, needs=_LIMITS)
def never_refuses(due: int, call: Call, limit: int) -> int:
    """Limits are announced and not enforced."""
    return due + 1_000_000


@alters(enforce_limit, needs=_LIMITS)
def one_too_few(due: int, call: Call, limit: int) -> int:
    """One request fewer than the limit is let through."""
    return max(1, due - 1)


@alters(enforce_limit, needs=_LIMITS)
def one_too_many(due: int, call: Call, limit: int) -> int:
    """One request more than the limit is let through."""
    return due + 1


@alters(admit, needs=_LIMITS)
def trusts_forwarded_for(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A request that names another client in X-Forwarded-For is not limited."""
    return let_through(decided) if call.header("X-Forwarded-For") else decided


@alters(costs_something, needs=(*_COUNTS, "requests.schema"))
def counts_successes_only(due: bool, call: Call, status: int) -> bool:
    """A request that is refused for what it holds costs nothing, whatever is promised."""
    return due and status in _SUCCESSES


@fault(costs_something, needs=(*_COUNTS, "requests.media"))
def counts_every_refusal(honest: Costs, call: Call, status: int) -> bool:
    """A request costs one of the limit, whatever its response and whatever is promised."""
    del honest, call, status
    return True


@alters(costs_something, needs=(*_COUNTS, "requests.head"))
def head_costs_nothing(due: bool, call: Call, status: int) -> bool:
    """A HEAD request costs nothing."""
    return due and call.method != "HEAD"


def _is_seen_of_an_object(profile: Profile) -> bool:
    """Whether some low limit counts an operation on an object that is named in its path."""
    return any(
        "{" in rules.operation.path and (rules.buckets[0].limit or _LOW + 1) <= _LOW
        for rules in profile.rules.values()
        if rules.buckets
    )


@alters(costs_something, needs=(*_COUNTS, "authorization.absent"), shows_in=_is_seen_of_an_object)
def unknown_objects_cost_nothing(due: bool, call: Call, status: int) -> bool:
    """A request for an object that does not exist costs nothing."""
    return due and status != 404


def _is_shared_by_users(profile: Profile) -> bool:
    """Whether some low limit is shared by all tokens of a user or account."""
    limits = profile.facts.rate_limits
    buckets = limits.buckets.values() if limits else ()
    return any(one.per in ("user", "account") and (one.limit or _LOW) < _LOW for one in buckets)


@alters(costs_something, needs=_COUNTS, shows_in=_is_shared_by_users)
def charges_for_denied_requests(due: bool, call: Call, status: int) -> bool:
    """A request that is refused for want of a right costs one of the limit."""
    if status == 403 and call.rules is not None:
        for bucket in call.rules.buckets:
            limit = find_limit(call, bucket) or 0
            find_limiter(call, bucket).ask(call.server.clock.now(), limit, count=True)
    return due


def _counts_bulk_as(word: str) -> Callable[[Profile], bool]:
    """Whether the policy says that requests with many items count as one, or as so many."""

    def holds(profile: Profile) -> bool:
        return any(one.bulk == word for rules in profile.rules.values() for one in rules.buckets)

    return holds


@fault(find_cost, needs=_COUNTS, shows_in=_counts_bulk_as("one"))
def charges_for_each_item(honest: FindCost, call: Call, bucket: Bucket) -> int:
    """An import costs as many of the limit as it has lines."""
    csv = (call.header("Content-Type") or "").startswith("text/csv")
    return count_items(call) if csv else honest(call, bucket)


@alters(find_cost, needs=_LIMITS, shows_in=_counts_bulk_as("items"))
def charges_once_for_many_items(due: int, call: Call, bucket: Bucket) -> int:
    """A request costs one of the limit, however many items it has."""
    return min(1, due)


@alters(costs_something, needs=_COUNTS)
def charges_for_strangers(due: bool, call: Call, status: int) -> bool:
    """A request with a bad credential costs one of the limit of every client."""
    counted = {bucket.name for bucket in call.rules.buckets} if call.rules else set()
    for key, limiter in call.server.limiters.items() if status == 401 else ():
        if counted & set(key):
            limiter.ask(call.server.clock.now(), _LOW, count=True)
    return due


def _counts_writes_alone(profile: Profile) -> bool:
    """Whether a limit is for writes alone: one that has reads too is used up with these."""
    counted: dict[str, set[bool]] = {}
    for rules in profile.rules.values():
        for bucket in rules.buckets:
            counted.setdefault(bucket.name, set()).add(rules.operation.safe)
    return {False} in counted.values()


def _let_writes_through(call: Call, decided: Admission) -> Admission:
    return decided if call.method in ("GET", "HEAD") else let_through(decided)


@alters(admit, needs=_LIMITS, shows_in=_counts_writes_alone)
def counts_reads_only(due: Admission, call: Call, admission: Admission) -> Admission:
    """A limit is not applied to requests that write."""
    return _let_writes_through(call, due)


def _shares_a_low_limit(profile: Profile) -> bool:
    """Whether reads and writes share a limit that can be used up with either."""
    limits = profile.facts.rate_limits
    low = {
        name
        for name, bucket in (limits.buckets.items() if limits else ())
        if _FEW <= (bucket.limit or 0) <= _LOW
    }
    counted: dict[str, set[bool]] = {}
    for rules in profile.rules.values():
        for bucket in rules.buckets[:1]:
            counted.setdefault(bucket.name, set()).add(rules.operation.safe)
    return any(kinds == {True, False} for name, kinds in counted.items() if name in low)


@alters(admit, needs=_LIMITS, shows_in=_shares_a_low_limit)
def writes_cost_nothing(due: Admission, call: Call, admission: Admission) -> Admission:
    """A limit that reads have used up lets requests that write through."""
    return _let_writes_through(call, due)


@alters(admit, needs=("rate_limits.counts.refused",))
def refused_requests_prolong_the_wait(
    decided: Admission, call: Call, admission: Admission
) -> Admission:
    """Each request that a limit refuses makes the caller wait for a whole window again."""
    now, remembered = call.server.clock.now(), call.server.remembered
    key = ("asked too often", decided.bucket.name, call.caller_identity.id)
    until = max((float(one[3]) for one in remembered if one[:3] == key), default=0.0)
    if decided.standing.allowed and now >= until:
        return decided
    again = now + decided.bucket.window_s
    remembered.add((*key, str(again)))
    standing = replace(decided.standing, allowed=False, used=decided.limit, retry=again)
    return replace(decided, standing=standing)
