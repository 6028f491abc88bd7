"""The field with the remaining requests is true: within the limit, 0 on a refusal, falling."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import Check, Failure, Outcome, Severity
from apicheck.checks.ratelimit._falling import Falling, continue_from, is_stuck
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, Seen, per_response, promises


def judge(seen: Seen[Falling], counted: Counted) -> Iterator[Failure | None]:
    """Each promised field is one test."""
    name = counted.limits.headers.remaining if counted.limits.headers else None
    key = (counted.exchange.request.identity, counted.bucket.name)
    if counted.attributed:
        seen[key] = continue_from(seen.get(key), counted.exchange, counted.bucket)
    if name is None or not counted.must_have(name):
        return
    value = counted.read_number(name, "remaining")
    if isinstance(value, Failure):
        yield value
    elif counted.attributed:
        due = _expect(counted, value, seen[key])
        yield counted.fail("wrong", name, due, str(value)) if due else None
    else:
        yield None


def _expect(counted: Counted, value: int, falling: Falling) -> str:
    """What a wrong number should have been; "" for a right one."""
    limits, bucket, exchange = counted.limits, counted.bucket, counted.exchange
    if counted.refused and value and not bucket.also:
        return "0 on a refusal"
    if bucket.limit is not None and value > max(bucket.limit, bucket.burst or 0):
        return f"at most {bucket.limit}"
    minted = exchange.request.identity not in counted.context.identities
    alone = minted and bucket.per in ("token", "key")
    costs = exchange.succeeded if limits.counts is None else exchange.status in limits.counts
    if alone and costs and not counted.refused and is_stuck(falling, exchange, value, bucket):
        return f"less than before, after {len(falling.counted)} requests in one window"
    return ""


CHECK = Check(
    title="The field with the remaining requests is present and true",
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
