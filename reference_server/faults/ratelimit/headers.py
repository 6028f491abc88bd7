"""Header fields that misreport a limit."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.faults._fields import change_fields
from reference_server.faults.fault import fault
from reference_server.responses.headers import Fields, make_rate_headers, make_retry_after

MakeRateHeaders = Callable[[Call, Admission], Fields]
MakeRetryAfter = Callable[[Call, Admission], Fields]


def _change(sent: Fields, call: Call, kind: str, change: Callable[[str], str]) -> Fields:
    """Fields of limits, with another value of one. kind: limit, remaining or reset."""
    limits = call.server.profile.facts.rate_limits
    name = getattr(limits.headers, kind) if limits and limits.headers else None
    return change_fields(sent, {str(name).lower()}, change)


@fault("ratelimit/limit-differs", make_rate_headers, needs=("rate_limits.headers.limit",))
def limit_differs(honest: MakeRateHeaders, call: Call, admission: Admission) -> Fields:
    """The field with the limit has another number."""
    return _change(honest(call, admission), call, "limit", lambda value: str(int(value) + 1))


@fault("ratelimit/limit-with-comma", make_rate_headers, needs=("rate_limits.headers.limit",))
def limit_with_comma(honest: MakeRateHeaders, call: Call, admission: Admission) -> Fields:
    """The field with the limit has a comma in its number."""
    return _change(honest(call, admission), call, "limit", lambda value: f"{value[:1]},{value[1:]}")


@fault("ratelimit/omits-headers", make_rate_headers, needs=("rate_limits.headers",))
def omits_headers(honest: MakeRateHeaders, call: Call, admission: Admission) -> Fields:
    """Responses lack the rate-limit fields."""
    return []


@fault("ratelimit/omits-retry-after", make_retry_after, needs=("rate_limits.refusal.retry_after",))
def omits_retry_after(honest: MakeRetryAfter, call: Call, admission: Admission) -> Fields:
    """A refusal by limit does not say when to come back."""
    return []


@fault("ratelimit/remaining-negative", make_rate_headers, needs=("rate_limits.headers.remaining",))
def remaining_negative(honest: MakeRateHeaders, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests is below zero."""
    return _change(honest(call, admission), call, "remaining", lambda value: f"-{int(value) + 1}")


@fault(
    "ratelimit/remaining-never-falls", make_rate_headers, needs=("rate_limits.headers.remaining",)
)
def remaining_never_falls(honest: MakeRateHeaders, call: Call, admission: Admission) -> Fields:
    """The field with the remaining requests always has the limit."""
    return _change(honest(call, admission), call, "remaining", lambda _: str(admission.limit))


@fault("ratelimit/reset-in-milliseconds", make_rate_headers, needs=("rate_limits.headers.reset",))
def reset_in_milliseconds(honest: MakeRateHeaders, call: Call, admission: Admission) -> Fields:
    """The field with the end of the window counts milliseconds."""
    return _change(honest(call, admission), call, "reset", lambda value: str(int(value) * 1000))


@fault(
    "ratelimit/retry-after-too-short", make_retry_after, needs=("rate_limits.refusal.retry_after",)
)
def retry_after_too_short(honest: MakeRetryAfter, call: Call, admission: Admission) -> Fields:
    """A refusal by limit says to come back at once."""
    sent = honest(call, admission)
    return [("Retry-After", "0")] if sent else []
