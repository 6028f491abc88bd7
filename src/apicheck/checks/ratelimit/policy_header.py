"""The field with the policy of a limit has the promised number of requests and the window."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Failure, Outcome, Severity
from apicheck.authoring.facts import Bucket
from apicheck.checks.ratelimit._numbers import parse_policy
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, per_response, promises

_FORM = 'policies such as `"default";q=100;w=60` or `100;w=60`'


def judge(counted: Counted) -> Iterator[Failure | None]:
    """Each promised field is one test."""
    name = counted.limits.headers.policy if counted.limits.headers else None
    if name is None or not counted.must_have(name):
        return
    lines = counted.exchange.received.header_values(name)
    if not lines:
        yield counted.fail("absent", name, _FORM, None)
        return
    text = ", ".join(lines)
    found = parse_policy(lines, counted.bucket)
    if found is None:
        yield counted.fail("malformed", name, _FORM, text)
        return
    due = counted.reported
    wrong = counted.attributed and not any(_is_of(one, *found) for one in due)
    expected = " or ".join(f"{one.limit} requests (q) in {one.window_s:g} s (w)" for one in due)
    yield counted.fail("differs", name, expected, text) if wrong else None


def _is_of(bucket: Bucket, limit: int, window_s: float) -> bool:
    same = bucket.calendar or bucket.window_s == window_s
    return bucket.limit is None or (bucket.limit == limit and same)


CHECK = Check(
    title="The field with the policy of a limit has the promised number and window",
    failure_title="The field with the policy of a limit is missing, malformed or differs from it",
    applies=promises("policy"),
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits",),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("differs", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("ratelimit/omits-policy",),
        "malformed": ("ratelimit/policy-without-window",),
        "differs": ("ratelimit/policy-of-another-window",),
    },
)
