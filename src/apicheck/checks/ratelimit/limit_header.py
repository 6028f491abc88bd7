"""The field with the limit has the number that the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Failure, Outcome, Severity
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, per_response, promises


def judge(counted: Counted) -> Iterator[Failure | None]:
    """Each promised field is one test."""
    name = counted.limits.headers.limit if counted.limits.headers else None
    if name is None or not counted.must_have(name):
        return
    due, value = [one.limit for one in counted.reported], counted.read_number(name, "limit")
    if isinstance(value, Failure):
        yield value
    elif counted.attributed and None not in due and value not in due:
        yield counted.fail("differs", name, " or ".join(map(str, due)), str(value))
    else:
        yield None


CHECK = Check(
    title="The field with the limit is present, and has the promised number",
    failure_title="The field with the limit is missing, malformed or has another number",
    applies=promises("limit"),
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits",),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("differs", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("ratelimit/omits-limit",),
        "malformed": ("ratelimit/limit-with-comma",),
        "differs": ("ratelimit/limit-differs",),
    },
)
