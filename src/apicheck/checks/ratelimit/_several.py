"""Schedules of several operations: which are asked, and the limits that count each of them.

A request that counts in several buckets is admitted by all of them, and refused by one. Each bucket
is judged by itself: what it surely counted, what it surely refused, and what it may have counted as
another one may have refused it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from apicheck.authoring import (
    Exchange,
    Failure,
    Judgement,
    Mode,
    Operation,
    Recipe,
    Request,
    Subject,
    describe,
)
from apicheck.authoring.facts import Bucket
from apicheck.checks.ratelimit._buckets import facts_of
from apicheck.checks.ratelimit._plays import judge_groups
from apicheck.checks.ratelimit._schedule import is_refused
from apicheck.checks.ratelimit._traces import explain_exchanges

_TOGETHER_S = 1.0
"""Seconds within which requests of one schedule are one burst."""


@dataclass(frozen=True, slots=True)
class Play:
    """One request. holders: bucket that counts it -> for whom; None: that is not known."""

    exchange: Exchange
    holders: Mapping[str, str | None]


def list_counting(subject: Subject, operation: str) -> tuple[Bucket, ...]:
    """The buckets that count an operation: its own, and those that also count it."""
    limits, _ = facts_of(subject)
    first = limits.buckets.get(subject.context.bucket_of.get(operation, ""))
    return () if first is None else (first, *(limits.buckets[name] for name in first.also))


def list_operations(subject: Subject, at_most: int) -> tuple[Operation, ...]:
    """The operations of a schedule: the subject's, one that shares a limit with it, and another.

    at_most: the highest limit that is used up. Only operations that need no object.
    """
    own = list_counting(subject, subject.op.id)
    shared: dict[bool, Operation] = {}
    for operation in sorted(subject.context.spec.operations, key=lambda one: not one.safe):
        counting = list_counting(subject, operation.id)
        if operation.id == subject.op.id or not counting or not _is_simple(subject, operation):
            continue
        if all(one.limit and not one.calendar for one in counting) and (
            min(one.limit or 0 for one in counting) <= at_most
        ):
            alike = not {one.name for one in own}.isdisjoint(one.name for one in counting)
            shared.setdefault(alike, operation)
    found = (shared.get(True), shared.get(False))
    return (subject.op, *(one for one in found if one is not None))


def _is_simple(subject: Subject, operation: Operation) -> bool:
    context, recipe = subject.context, subject.context.recipes[operation.id]
    known = operation.id in context.actors and operation.id in context.secured
    allowed = operation.safe or context.mode is Mode.FULL
    return (
        known and allowed and isinstance(recipe, Recipe) and not (recipe.needs or recipe.consumes)
    )


def find_holders(
    subject: Subject, request: Request, users: Mapping[str, str], *, alone: bool
) -> Mapping[str, str | None]:
    """For whom each bucket counts a request.

    users: identity that was made for the schedule -> its user, "" where that is not known. alone:
    all requests are of one identity that the run knows.
    """
    who = request.identity

    def find(bucket: Bucket) -> str | None:
        if bucket.limit is None or bucket.calendar:
            return None  # no limiter can be played for it
        if alone or bucket.per in ("token", "key"):
            return who
        return (users.get(who) if bucket.per == "user" else "") or None

    return {one.name: find(one) for one in list_counting(subject, request.operation)}


def judge_plays(subject: Subject, plays: Sequence[Play]) -> Judgement:
    """It fails where no honest limiters of all buckets explain the responses to all clients."""
    limits, _ = facts_of(subject)
    refused = [one for one in plays if is_refused(limits, one.exchange)]
    unsure: set[str] = set()
    for name in dict.fromkeys(name for one in plays for name in one.holders):
        others = {
            one.exchange.id for one in refused if _may_be_of_another(subject, plays, name, one)
        }
        groups = _group(plays, name)
        if groups and (failure := judge_groups(_about(subject, name), groups, unsure=others)):
            return failure
        unsure |= others
    for play in _list_first(one for one in refused if one.exchange.id in unsure):
        rest = unsure - {play.exchange.id}
        if not any(_may_refuse(subject, plays, name, play, rest) for name in play.holders):
            expected = f"a request that neither {' nor '.join(play.holders)} refuses"
            return Failure("too-few", expected, describe(play.exchange), exchange=play.exchange.id)
    return None


def _may_be_of_another(subject: Subject, plays: Sequence[Play], bucket: str, play: Play) -> bool:
    """Whether another bucket than one may have refused a request: it counted enough before."""
    limits, _ = facts_of(subject)
    for name, holder in play.holders.items():
        other = limits.buckets[name]
        if name != bucket and (holder is None or other.limit is None):
            return True
        if name != bucket and holder is not None:
            group = _group(plays, name)[holder]
            before = sum(1 for one in group if one.sent_at <= play.exchange.received_at) - 1
            if before >= min(other.limit or 1, other.burst or other.limit or 1):
                return True
    return False


def _about(subject: Subject, bucket: str) -> Subject:
    limits, _ = facts_of(subject)
    return replace(subject, key=bucket, bucket=limits.buckets[bucket])


def _group(plays: Iterable[Play], bucket: str) -> dict[str, list[Exchange]]:
    """The requests that a bucket counts, by whom it counts them for, where that is known."""
    groups: dict[str, list[Exchange]] = {}
    for one in plays:
        holder = one.holders.get(bucket)
        if holder is not None:
            groups.setdefault(holder, []).append(one.exchange)
    return groups


def _may_refuse(
    subject: Subject, plays: Sequence[Play], bucket: str, play: Play, others: Container[str]
) -> bool:
    """Whether an honest limiter of a bucket may have refused a request."""
    holder = play.holders[bucket]
    if holder is None:
        return True
    group = _group(plays, bucket)[holder]
    return "" in explain_exchanges(_about(subject, bucket), group, unsure=others).values()


def _list_first(refused: Iterable[Play]) -> Iterator[Play]:
    """Yield the first request that was refused in each burst, which is the hardest to explain."""
    bursts: dict[tuple[object, ...], float] = {}
    for one in sorted(refused, key=lambda play: play.exchange.received_at):
        kind = (one.exchange.request.operation, *one.holders.items())
        since = bursts.get(kind)
        if since is None or one.exchange.sent_at - since >= _TOGETHER_S:
            yield one
        bursts[kind] = one.exchange.received_at
