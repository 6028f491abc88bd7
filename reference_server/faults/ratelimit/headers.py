"""Header fields that misreport a limit."""

from __future__ import annotations

import math
from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.document.profile import Profile
from reference_server.faults._fields import change_fields, omit_fields
from reference_server.faults.fault import alters, fault
from reference_server.responses.headers import Fields, make_rate_headers, make_retry_after

MakeRetryAfter = Callable[[Call, Admission], Fields]
_RETRY_AFTER = ("rate_limits.refusal.retry_after",)


def _change(sent: Fields, call: Call, kind: str, change: Callable[[str], str]) -> Fields:
    """Fields of limits, with another value of one. kind: limit, remaining, reset or policy."""
    return change_fields(sent, {_find_name(call, kind)}, change)


def _omit(sent: Fields, call: Call, kind: str) -> Fields:
    """Fields of limits without one."""
    return omit_fields(sent, {_find_name(call, kind)})


def _find_name(call: Call, kind: str) -> str:
    """The name of a field of limits, in lower case."""
    limits = call.server.profile.facts.rate_limits
    name = getattr(limits.headers, kind) if limits and limits.headers else None
    return str(name).lower()


@alters(make_rate_headers, needs=("rate_limits.headers.limit",))
def limit_differs(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the limit has another number."""
    return _change(sent, call, "limit", lambda value: str(int(value) + 1))


@alters(make_rate_headers, needs=("rate_limits.headers.limit",))
def limit_with_comma(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the limit has a comma in its number."""
    return _change(sent, call, "limit", lambda value: f"{value[:1]},{value[1:]}")


@alters(make_rate_headers, needs=("rate_limits.headers.limit",))
def omits_limit(sent: Fields, call: Call, admission: Admission) -> Fields:
    """Responses lack the field with the limit."""
    return _omit(sent, call, "limit")


@alters(make_rate_headers, needs=("rate_limits.headers.remaining",))
def omits_remaining(sent: Fields, call: Call, admission: Admission) -> Fields:
    """Responses lack the field with the remaining requests."""
    return _omit(sent, call, "remaining")


@alters(make_rate_headers, needs=("rate_limits.headers.reset",))
def omits_reset(sent: Fields, call: Call, admission: Admission) -> Fields:
    """Responses lack the field with the end of the window."""
    return _omit(sent, call, "reset")


@fault(make_retry_after, needs=_RETRY_AFTER)
def omits_retry_after(honest: MakeRetryAfter, call: Call, admission: Admission) -> Fields:
    """A refusal by limit does not say when to come back."""
    return []


@alters(make_rate_headers, needs=("rate_limits.headers.remaining",))
def remaining_negative(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests is below zero."""
    return _change(sent, call, "remaining", lambda value: f"-{int(value) + 1}")


@alters(make_rate_headers, needs=("rate_limits.headers.remaining",))
def remaining_never_falls(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests always has the limit."""
    return _change(sent, call, "remaining", lambda _: str(admission.limit))


def _reports_to_each_token(profile: Profile) -> bool:
    """Whether some limit is of each token, and of nobody else's requests."""
    limits = profile.facts.rate_limits
    buckets = limits.buckets.values() if limits else ()
    return any(bucket.per == "token" and not bucket.also for bucket in buckets)


@alters(
    make_rate_headers, needs=("rate_limits.headers.remaining",), shows_in=_reports_to_each_token
)
def remaining_jumps(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests has 0 at every second request."""
    return sent if admission.standing.used % 2 else _change(sent, call, "remaining", lambda _: "0")


@alters(
    make_rate_headers, needs=("rate_limits.headers.remaining",), shows_in=_reports_to_each_token
)
def remaining_rises(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests has the requests that were made."""
    used = min(admission.limit, admission.standing.used)
    shown = used if admission.standing.allowed else 0
    return _change(sent, call, "remaining", lambda _: str(shown))


@alters(
    make_rate_headers, needs=("rate_limits.headers.remaining",), shows_in=_reports_to_each_token
)
def remaining_stays(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests has the limit until a request is refused."""
    shown = admission.limit if admission.standing.allowed else 0
    return _change(sent, call, "remaining", lambda _: str(shown))


@alters(make_rate_headers, needs=("rate_limits.headers.reset",))
def reset_as_float(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the end of the window has a fraction."""
    return _change(sent, call, "reset", lambda value: f"{value}.25")


@alters(make_rate_headers, needs=("rate_limits.headers.reset",))
def reset_in_milliseconds(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the end of the window counts milliseconds."""
    return _change(sent, call, "reset", lambda value: str(int(value) * 1000))


@alters(make_rate_headers, needs=("rate_limits.headers.reset",))
def reset_in_seconds_left(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the end of the window says how many seconds are left, and not when it is."""
    left = max(0, math.ceil(admission.standing.resets - call.server.clock.now()))
    return _change(sent, call, "reset", lambda _: str(left))


@alters(make_retry_after, needs=_RETRY_AFTER)
def retry_after_decimal(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back after seconds with a fraction."""
    return change_fields(sent, {"retry-after"}, lambda value: f"{value}.5")


@alters(make_retry_after, needs=_RETRY_AFTER)
def retry_after_in_milliseconds(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back after milliseconds."""
    return change_fields(sent, {"retry-after"}, lambda value: f"{value}000")


@alters(make_retry_after, needs=(f"{_RETRY_AFTER[0]}.late",))
def retry_after_too_long(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back five seconds after the limit admits a request again."""
    return change_fields(sent, {"retry-after"}, lambda value: str(int(value) + 5))


@alters(make_retry_after, needs=_RETRY_AFTER)
def retry_after_negative(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back before now."""
    return change_fields(sent, {"retry-after"}, lambda value: f"-{value}")


@alters(make_rate_headers, needs=("rate_limits.headers", "rate_limits.refusal.retry_after.only"))
def retry_after_on_success(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A response says to come back later though the request was let through."""
    return [*sent, ("Retry-After", "1")] if admission.standing.allowed else sent


@alters(make_retry_after, needs=_RETRY_AFTER)
def retry_after_too_short(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back at once."""
    return [("Retry-After", "0")] if sent else []


@alters(make_retry_after, needs=_RETRY_AFTER)
def retry_after_short_by_a_second(sent: Fields, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back a second too early: its time is rounded down."""
    return change_fields(sent, {"retry-after"}, lambda value: str(int(value) - 1))


@alters(make_rate_headers, needs=("rate_limits.headers.policy",))
def omits_policy(sent: Fields, call: Call, admission: Admission) -> Fields:
    """Responses lack the field with the policy of the limit."""
    return _omit(sent, call, "policy")


@alters(make_rate_headers, needs=("rate_limits.headers.policy",))
def policy_without_window(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the policy of the limit does not say how long the window is."""
    return _change(sent, call, "policy", lambda value: value.partition(";w=")[0])


@alters(make_rate_headers, needs=("rate_limits.headers.policy",))
def policy_of_another_window(sent: Fields, call: Call, admission: Admission) -> Fields:
    """The field with the policy of the limit says another window: minutes in place of seconds."""
    window = admission.bucket.window_s / 60
    return _change(
        sent, call, "policy", lambda value: f"{value.partition(';w=')[0]};w={window:.0f}"
    )
