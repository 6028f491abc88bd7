"""The field with the remaining requests can be true: within the limit, and 0 on a refusal."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Failure, Outcome, Severity
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, per_response, promises


def judge(counted: Counted) -> Iterator[Failure | None]:
    """Each promised field is one test."""
    name = counted.limits.headers.remaining if counted.limits.headers else None
    if name is None or not counted.must_have(name):
        return
    value = counted.read_number(name, "remaining")
    if isinstance(value, Failure):
        yield value
    elif counted.attributed:
        due = _expect(counted, value)
        yield counted.fail("wrong", name, due, str(value)) if due else None
    else:
        yield None


def _expect(counted: Counted, value: int) -> str:
    """What a wrong number should have been; "" for a right one."""
    bucket = counted.bucket
    if counted.refused and value and not bucket.also:
        return "0 on a refusal"
    most = [max(one.limit, one.burst or 0) for one in counted.reported if one.limit is not None]
    if len(most) == len(counted.reported) and value > max(most):
        return f"at most {max(most)}"
    return ""


CHECK = Check(
    title="The field with the remaining requests is present and can be true",
    failure_title="The field with the remaining requests is missing, malformed or wrong",
    applies=promises("remaining"),
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits",),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("wrong", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("ratelimit/omits-remaining",),
        "malformed": ("ratelimit/remaining-negative",),
        "wrong": ("ratelimit/remaining-never-falls",),
    },
)
