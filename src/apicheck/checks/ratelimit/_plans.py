"""Which limit holds for whom, where it depends on a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.authoring import Identity, RunContext
from apicheck.authoring.facts import Bucket, RateLimits


def sizes_of(limits: RateLimits, bucket: Bucket) -> Mapping[str, int]:
    """Plan -> the limit that it gives a bucket, of the plans that give one."""
    return {
        plan: sizes[bucket.name] for plan, sizes in limits.plans.items() if bucket.name in sizes
    }


def bucket_for(context: RunContext, bucket: Bucket, identity: str) -> Bucket:
    """A bucket with the limit that an identity has; None where its plan is not known.

    The run does not know the plan of an identity that it made.
    """
    limits = context.facts.rate_limits
    if limits is None or not sizes_of(limits, bucket):
        return bucket
    known = context.identities.get(identity)
    return limits.under_plan(bucket, known.plan) if known else replace(bucket, limit=None)


def holder_of(context: RunContext, plan: str, operation: str) -> Identity | None:
    """The identity of the target file that has a plan and may call an operation."""
    return next(
        (
            one
            for one in context.identities.values()
            if one.plan == plan and one.state == "active" and context.permits(one, operation)
        ),
        None,
    )
