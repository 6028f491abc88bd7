"""The remaining requests that a server reports fall by what each request costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat

from apicheck.authoring import (
    Applies,
    Check,
    Direction,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    items,
)
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.authoring.folds import Fold, PassiveResult, Tallies
from apicheck.checks.ratelimit._counting import Count, Reported, Wrong, find_wrong, split_episodes
from apicheck.checks.ratelimit._numbers import parse_number
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, find_counted, promises

_MOST = 400
"""Requests of one identity that are compared; the first ones."""


@dataclass(slots=True)
class _State:
    """The requests of identities that the run has made, by name."""

    counted: dict[str, list[Counted]] = field(default_factory=dict)
    others: dict[str, list[Exchange]] = field(default_factory=dict)
    """Those that a limit may have counted or not."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the run can make identities, of which nobody else has a limit's number."""
    limits = subject.facts.rate_limits
    buckets = limits.buckets.values() if limits else ()
    if limits is None or not any(_belongs_to_one(limits, bucket) for bucket in buckets):
        return NotApplicable("no limit is of one token alone, so others may spend of it")
    if "mint" not in subject.context.capabilities:
        return NotApplicable("the run makes no tokens, and others may use those that it knows")
    return promises("remaining")(subject)


def _belongs_to_one(limits: RateLimits, bucket: Bucket) -> bool:
    """Whether only the requests of one token change the number, and it can be told from others.

    Where further limits count the requests, the field with the limit says whose the number is.
    """
    told = limits.headers is not None and limits.headers.limit is not None
    others = [limits.buckets[name].limit for name in bucket.also]
    apart = told and None not in (bucket.limit, *others) and bucket.limit not in others
    return bucket.per == "token" and (not others or apart)


def _start(_: RunContext) -> _State:
    return _State()


def _step(context: RunContext, state: _State, exchange: Exchange) -> _State:
    who = exchange.request.identity
    if not who or who in context.identities or exchange.direction is Direction.IN:
        return state
    counted = find_counted(context, exchange)
    if counted is not None and counted.attributed and exchange.travelled_to is None:
        state.counted.setdefault(who, []).append(counted)
    else:
        state.others.setdefault(who, []).append(exchange)
    return state


def _finish(context: RunContext, state: _State) -> tuple[PassiveResult, ...]:
    tallies = Tallies()
    limits = context.facts.rate_limits
    buckets = limits.buckets.values() if limits else ()
    for who, counted in state.counted.items():
        for bucket in buckets:
            if limits is not None and _belongs_to_one(limits, bucket):
                _judge(tallies, bucket, counted, state.others.get(who, []))
    return tallies.seen()


def _judge(
    tallies: Tallies, bucket: Bucket, counted: list[Counted], others: list[Exchange]
) -> None:
    """Note the result for one identity in one bucket."""
    own = [one for one in counted if one.bucket.name == bucket.name][:_MOST]
    if sum(1 for one in own if _read(one) is not None) <= 1:
        return
    limits, limit = own[0].limits, own[0].bucket.limit or _read_limit(own[0])
    beside = [one.exchange for one in counted if bucket.name in one.bucket.also]
    counts = [count for one in own for count in _list_counts(one)]
    counts += [Count(x.sent_at, x.received_at, None, x) for x in (*others, *beside)]
    fact = f"rate_limits.{bucket.name}"
    for episode in split_episodes(counts, bucket.window_s):
        wrong = find_wrong(episode, limit, bucket.window_s, limits.algorithm)
        if wrong is not None:
            tallies.note(fact, wrong.step.now.exchange, _fail(limits, wrong))
            return
    tallies.note(fact, own[-1].exchange, None)


def _list_counts(counted: Counted) -> Iterator[Count]:
    """What a request counts as: one, or as many as it has items."""
    count = _count(counted)
    yield count
    if counted.bucket.counts_items:
        beside = Count(count.start, count.end, count.costs, count.exchange)
        yield from repeat(beside, items.count_items(counted.exchange.request) - 1)


def _count(counted: Counted) -> Count:
    exchange, limits = counted.exchange, counted.limits
    costs: bool | None
    if counted.refused:
        costs = None if limits.counts_refused is not False else False
    elif limits.counts is not None:
        costs = exchange.status in limits.counts
    else:
        costs = True if exchange.succeeded else None
    remaining = _read(counted)
    if remaining is None:
        return Count(exchange.sent_at, exchange.received_at, costs, exchange)
    return Reported(exchange.sent_at, exchange.received_at, costs, exchange, remaining)


def _read(counted: Counted) -> int | None:
    """The remaining requests; None without them, and where they are of another limit.

    A refusal says 0, whatever it costs, and another check holds it to that.
    """
    headers = counted.limits.headers
    if headers is None or headers.remaining is None or counted.refused:
        return None
    response, bucket = counted.exchange.received, counted.bucket
    if bucket.limit is None and bucket.also:
        return None
    if bucket.limit is not None and _read_limit(counted) not in (None, bucket.limit):
        return None
    return parse_number(response.header_values(headers.remaining), "remaining", bucket)


def _read_limit(counted: Counted) -> int | None:
    """The limit that a response reports."""
    headers = counted.limits.headers
    if headers is None or headers.limit is None:
        return None
    lines = counted.exchange.received.header_values(headers.limit)
    return parse_number(lines, "limit", counted.bucket)


_WORDS = {
    "rises": "it is not to rise in a window that has not ended",
    "stays": "it falls by each request that counts",
    "falls": "it falls by what the requests cost, and no more",
}


def _fail(limits: RateLimits, wrong: Wrong) -> Failure:
    name = limits.headers.remaining if limits.headers else ""
    step = wrong.step
    due = f"at least {step.least}" if wrong.how == "falls" else f"at most {step.most}"
    expected = f"{name}: {due}: {_WORDS[wrong.how]}"
    actual = f"{name}: {step.now.remaining}, after {step.before.remaining}"
    return Failure(wrong.how, expected, actual, str(name), step.now.exchange.id)


CHECK = Check(
    title="The remaining requests fall by what each request costs",
    failure_title="The remaining requests do not fall by what each request costs",
    applies=applies,
    fold=Fold(_start, _step, _finish),
    triggered_by=(*TRIGGERS, "ratelimit/cost"),
    reads=("rate_limits",),
    outcomes=(
        Outcome("rises", Severity.MEDIUM),
        Outcome("stays", Severity.MEDIUM),
        Outcome("falls", Severity.MEDIUM),
    ),
    proven_by={
        "rises": ("ratelimit/remaining-rises",),
        "stays": ("ratelimit/remaining-stays",),
        "falls": ("ratelimit/remaining-jumps",),
    },
)
