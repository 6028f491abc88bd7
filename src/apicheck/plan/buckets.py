"""Which bucket counts an operation, and the limits that hold on the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.facts import Bucket, Facts
from apicheck.model.operation import Spec
from apicheck.model.selector import selects
from apicheck.model.target import Target, usual_plan


def assign_buckets(spec: Spec, facts: Facts, secured: frozenset[str]) -> dict[str, str]:
    """Assign each operation to the most specific bucket that takes it."""
    if facts.rate_limits is None:
        return {}
    taken = {
        name: {
            op.id
            for op in spec.operations
            if (
                op.id in secured or bucket.per == "ip"
                if bucket.ops is None
                else selects(bucket.ops, op, facts.operations, secured)
            )
        }
        for name, bucket in facts.rate_limits.buckets.items()
    }
    result: dict[str, str] = {}
    for operation in spec.operations:
        holders = [name for name, ids in taken.items() if operation.id in ids]
        if holders:
            result[operation.id] = min(holders, key=lambda name: len(taken[name]))
    return result


def find_counted_by_item(facts: Facts, bucket_of: Mapping[str, str]) -> frozenset[str]:
    """Find the operations whose requests count as often as they have items, in some bucket."""
    buckets = facts.rate_limits.buckets if facts.rate_limits else {}
    return frozenset(
        operation
        for operation, name in bucket_of.items()
        if any(buckets[one].counts_items for one in (name, *buckets[name].also))
    )


def with_target_limits(facts: Facts, target: Target) -> Facts:
    """The facts with the limits of the identities' plan and those that the target file sets."""
    if facts.rate_limits is None:
        return facts
    plan = usual_plan(target)
    by_plan = facts.rate_limits.plans.get(plan, {})

    def as_on_target(bucket: Bucket) -> Bucket:
        limit = by_plan.get(bucket.name, bucket.limit)
        own = target.limits.get(bucket.name)
        if own is None:
            return replace(bucket, limit=limit)
        return replace(
            bucket,
            limit=limit if own.limit is None else own.limit,
            window_s=bucket.window_s if own.window_s is None else own.window_s,
            calendar=bucket.calendar and own.window_s is None,
        )

    buckets = {name: as_on_target(bucket) for name, bucket in facts.rate_limits.buckets.items()}
    overridden = {name for name, own in target.limits.items() if own.limit is not None}
    plans = {
        name: {bucket: limit for bucket, limit in sizes.items() if bucket not in overridden}
        for name, sizes in facts.rate_limits.plans.items()
    }
    return replace(facts, rate_limits=replace(facts.rate_limits, buckets=buckets, plans=plans))
