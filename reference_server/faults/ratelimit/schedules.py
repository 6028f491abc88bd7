"""Limits that only some schedules of requests see broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_server.call import Admission, Call
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters
from reference_server.faults.ratelimit.counting import let_through
from reference_server.stages.rate_limits import admit, choose_key
from reference_server.state.limits import Limiter

_LIMITS = ("rate_limits",)
_LOW = 20
_SILENCE = 1.3
"""Windows; longer than a client waits that comes back when its window is over."""


def _has_low_limit(profile: Profile) -> bool:
    """Whether some limit is low enough to be played with."""
    limits = profile.facts.rate_limits
    buckets = limits.buckets.values() if limits else ()
    return any(bucket.limit is not None and bucket.limit <= _LOW for bucket in buckets)


def _has_low_limit_of_tokens(profile: Profile) -> bool:
    """Whether some low limit counts each token: a schedule has two clients, of new tokens."""
    limits = profile.facts.rate_limits
    buckets = limits.buckets.values() if limits else ()
    return any((one.limit or _LOW + 1) <= _LOW and one.per in ("token", "key") for one in buckets)


@alters(admit, needs=_LIMITS, shows_in=_has_low_limit_of_tokens)
def charges_others_for_a_refusal(decided: Admission, call: Call, admission: Admission) -> Admission:
    """A request that a limit refuses counts as one of every other client."""
    if not decided.standing.allowed:
        for _, other in _list_others(call, decided):
            other.ask(call.server.clock.now(), decided.limit, count=True)
    return decided


@alters(admit, needs=_LIMITS, shows_in=_has_low_limit)
def grows_with_each_window(decided: Admission, call: Call, admission: Admission) -> Admission:
    """From its third window in a row on, a client may send three requests more in each."""
    now, window = call.server.clock.now(), decided.bucket.window_s
    key = ("grows", *choose_key(call, decided.bucket))
    begun, row, spare = call.server.kept.get(key, (now, 0, 0))
    if now >= begun + window:
        row = row + 1 if now < begun + 2 * window else 0
        begun, spare = now, 3 if row > 1 else 0
    if spare and not decided.standing.allowed:
        decided, spare = let_through(decided), spare - 1
    call.server.kept[key] = (begun, row, spare)
    return decided


@alters(admit, needs=_LIMITS, shows_in=_has_low_limit_of_tokens)
def refusal_frees_others(decided: Admission, call: Call, admission: Admission) -> Admission:
    """When a limit refuses a client, the others have their whole limit again."""
    if not decided.standing.allowed:
        for key, _ in _list_others(call, decided):
            del call.server.limiters[key]
    return decided


@alters(admit, needs=_LIMITS, shows_in=_has_low_limit)
def rewards_silence(decided: Admission, call: Call, admission: Admission) -> Admission:
    """Whoever was silent for more than a window may send two requests more than the limit."""
    now, window = call.server.clock.now(), decided.bucket.window_s
    key = ("silence", *choose_key(call, decided.bucket))
    last, spare = call.server.kept.get(key, (now, 0))
    if now - last > _SILENCE * window:
        spare = 2
    if spare and not decided.standing.allowed:
        decided, spare = let_through(decided), spare - 1
    call.server.kept[key] = (now, spare)
    return decided


def _list_others(call: Call, admission: Admission) -> Iterator[tuple[Any, Limiter]]:
    """The limiters of the bucket that count other clients, with their keys."""
    for key, limiter in tuple(call.server.limiters.items()):
        if admission.bucket.name in key and call.caller_identity.id not in key:
            yield key, limiter
