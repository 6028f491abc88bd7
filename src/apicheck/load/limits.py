"""Verifies that rate limits can be kept: sizes, windows, and which bucket takes an operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from apicheck.load.mistakes import FactMistake, did_you_mean
from apicheck.model.facts import Bucket, Facts, RateLimits
from apicheck.model.json import Json, at, child_pointer
from apicheck.model.operation import Spec
from apicheck.model.quantities import parse_seconds
from apicheck.model.selector import selects

LONGEST_WINDOW = "1 year"
_BUCKETS = "/rate_limits/buckets"


def find_window_mistake(window: Json) -> tuple[str, str] | None:
    """Message and suggestion for a window that no limit can have; None for any other."""
    if not isinstance(window, str):
        return None
    try:
        seconds = parse_seconds(window)
    except ValueError:
        return None  # the schema says so
    if seconds <= 0:
        return f'a window of "{window}" is over before a request comes', 'write "60s"'
    if seconds > parse_seconds(LONGEST_WINDOW):
        return f'a window of "{window}" is longer than {LONGEST_WINDOW}', "name a shorter one"
    return None


def find_limit_mistakes(
    limits: RateLimits,
    merged: Mapping[str, Json],
    written: Mapping[str, Json],
    facts: Facts,
    spec: Spec,
) -> Iterator[FactMistake]:
    """Yield what no limiter could keep, or what leaves open which bucket counts a request.

    merged: the facts without what breaks the schema. written: with it, whose names are known.
    """
    taken = set(at(merged, "/rate_limits")) - {"buckets"}
    buckets: Mapping[str, Json] = at(written, _BUCKETS) or {}
    if said := find_window_mistake(at(merged, "/rate_limits/window")):
        yield "/rate_limits/window", *said
    for name, bucket in limits.buckets.items():
        if name in taken:
            place = child_pointer(_BUCKETS, name)
            yield place, f'a bucket may not be called "{name}"', "choose another name"
        yield from _find_in_bucket(limits, bucket, merged, buckets)
    for plan, sizes in limits.plans.items():
        for name in set(sizes) - set(buckets):
            place = child_pointer(child_pointer("/rate_limits/plans", plan), name)
            yield place, f'unknown bucket "{name}"', did_you_mean(name, buckets)
    yield from _find_circles(limits)
    yield from _find_unreachable(limits)
    yield from _find_overlaps(limits, facts, spec)


def _find_in_bucket(
    limits: RateLimits, bucket: Bucket, merged: Mapping[str, Json], buckets: Mapping[str, Json]
) -> Iterator[FactMistake]:
    place = child_pointer(_BUCKETS, bucket.name)
    if said := find_window_mistake(at(merged, f"{place}/window")):
        yield f"{place}/window", *said
    if bucket.burst is not None and limits.algorithm not in (None, "bucket"):
        message = f"a limiter that counts by {limits.algorithm} has no burst"
        yield f"{place}/burst", message, "leave it out, or write `algorithm: bucket`"
    for other in bucket.also:
        if other not in buckets:
            yield f"{place}/also", f'unknown bucket "{other}"', did_you_mean(other, buckets)


def _find_circles(limits: RateLimits) -> Iterator[FactMistake]:
    """Find buckets that count their own requests once more."""
    for name in limits.buckets:
        if name in _count_beside(limits, name):
            message = f'a request of "{name}" would count in "{name}" again'
            place = f"{child_pointer(_BUCKETS, name)}/also"
            yield place, message, "leave out one `also` of the circle"


def _find_unreachable(limits: RateLimits) -> Iterator[FactMistake]:
    """Find limits that a further bucket of the same requests never lets anyone reach."""
    for name, bucket in limits.buckets.items():
        for other in _count_beside(limits, name):
            around = limits.buckets.get(other)
            if around is None or name == other or bucket.per != around.per:
                continue
            known = bucket.limit is not None and around.limit is not None
            if known and around.window_s >= bucket.window_s and _is_less(around, bucket):
                message = (
                    f'{bucket.limit} can never be reached: its requests count in "{other}" too,'
                    f" which admits {around.limit} in {around.window_s:g} s"
                )
                place = f"{child_pointer(_BUCKETS, name)}/limit"
                yield place, message, f"correct one of the two, or leave out `also: {other}`"


def _is_less(one: Bucket, other: Bucket) -> bool:
    return one.limit is not None and other.limit is not None and one.limit < other.limit


def _count_beside(limits: RateLimits, name: str) -> list[str]:
    """The buckets that also count what one counts, and what those count."""
    found: list[str] = []
    waiting = [*limits.buckets[name].also]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.append(other)
            waiting += limits.buckets[other].also if other in limits.buckets else ()
    return found


def _find_overlaps(limits: RateLimits, facts: Facts, spec: Spec) -> Iterator[FactMistake]:
    """Find two buckets that take an operation, neither of which is the more specific."""
    secured = frozenset(operation.id for operation in spec.operations if operation.secured)
    taken = {
        name: {o.id for o in spec.operations if selects(bucket.ops, o, facts.operations, secured)}
        for name, bucket in limits.buckets.items()
        if bucket.ops is not None
    }
    for one, other in combinations(limits.buckets.values(), 2):
        if other.name in _count_beside(limits, one.name) or one.name in _count_beside(
            limits, other.name
        ):
            continue
        place = child_pointer(_BUCKETS, other.name)
        if one.ops is None or other.ops is None:
            if one.ops is None and other.ops is None:
                message = f'it takes the same requests as "{one.name}": both have no `ops`'
                yield place, message, f"add `ops`, or `also: {other.name}` to the other"
            continue
        first, second = taken[one.name], taken[other.name]
        both = first & second
        named_by_a_third = any(
            {one.name, other.name} <= {*_count_beside(limits, name)} and both <= taken[name]
            for name in taken
        )
        if both and not (first < second or second < first or named_by_a_third):
            named = next(o.id for o in spec.operations if o.id in both)
            more = f" and {len(both) - 1} more" if len(both) > 1 else ""
            message = f'"{one.name}" takes {named}{more} too, and neither is more specific'
            yield f"{place}/ops", message, "name the operations in one of the two"
