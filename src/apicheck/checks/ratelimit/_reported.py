"""What responses report of a limit: the fields of those that a bucket counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from apicheck.authoring import (
    Applies,
    Caller,
    Direction,
    Exchange,
    Failure,
    NotApplicable,
    RunContext,
    Subject,
    judging,
)
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.authoring.folds import Fold, PassiveResult, Result, Tallies
from apicheck.checks.ratelimit._numbers import parse_number
from apicheck.checks.ratelimit._plans import bucket_for
from apicheck.checks.ratelimit._waiting import longest_memory

WELL_FORMED = "one number in digits, or a structured field (RFC 9651) that holds it"
TRIGGERS = ("ratelimit/quota",)
"""The check whose requests reach a limit."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A response to a request that a bucket counts.

    attributed: whether it is known which other requests count together with this one.
    """

    context: RunContext
    limits: RateLimits
    bucket: Bucket
    exchange: Exchange
    attributed: bool

    @property
    def refused(self) -> bool:
        """Whether it is the promised refusal."""
        refusal = self.limits.refusal
        return refusal is not None and self.exchange.status in refusal.statuses

    @property
    def reported(self) -> tuple[Bucket, ...]:
        """The buckets that the fields may be about: its own, and those that also count it."""
        who = self.exchange.request.identity
        also = (self.limits.buckets[name] for name in self.bucket.also)
        return (self.bucket, *(bucket_for(self.context, one, who) for one in also))

    @property
    def longest_s(self) -> float:
        """The seconds after which none of them counts the request any more."""
        return max(longest_memory(self.limits, one) for one in self.reported)

    def must_have(self, name: str | None) -> bool:
        """Whether the policy promises a rate-limit field on this response."""
        when = self.limits.headers_when
        return (
            name is not None
            and (self.attributed or bool(when))
            and judging.rule_applies(self.context, when, self.exchange)
        )

    def read_number(self, name: str, what: str) -> int | Failure:
        """The number of a field, or what is wrong with it. what: limit, remaining or reset."""
        lines = self.exchange.received.header_values(name)
        if not lines:
            return self.fail("absent", name, "a number", None)
        number = parse_number(lines, what, self.bucket)
        if number is None:
            return self.fail("malformed", name, WELL_FORMED, ", ".join(lines))
        return number

    def fail(self, outcome: str, name: str, due: str, text: str | None) -> Failure:
        """A failure by a field. text: its value; None: it is absent."""
        actual = f"no {name}" if text is None else f"{name}: {text}"
        return Failure(outcome, f"{name}: {due}", actual, name, self.exchange.id)


def find_counted(context: RunContext, exchange: Exchange) -> Counted | None:
    """The response that an exchange has, if a bucket counts its request."""
    limits = context.facts.rate_limits
    name = context.bucket_of.get(exchange.request.operation)
    if limits is None or name is None:
        return None
    if exchange.direction is Direction.IN or exchange.response is None:
        return None
    bucket, caller = limits.buckets[name], exchange.request.caller
    public = exchange.request.operation not in context.secured
    by_address = bucket.per == "ip" and public and caller is Caller.ANONYMOUS
    attributed = caller is Caller.AUTHENTICATED or by_address
    bucket = bucket_for(context, bucket, exchange.request.identity)
    return Counted(context, limits, bucket, exchange, attributed)


def per_response(judge: Callable[[Counted], Iterable[Result]]) -> Fold:
    """Make a fold that judges every response that a bucket counts by itself.

    judge yields a result for each test.
    """

    def start(_: RunContext) -> Tallies:
        return Tallies()

    def step(context: RunContext, tallies: Tallies, exchange: Exchange) -> Tallies:
        counted = find_counted(context, exchange)
        if counted is not None:
            for result in judge(counted):
                tallies.note(f"rate_limits.{counted.bucket.name}", exchange, result)
        return tallies

    def finish(_: RunContext, tallies: Tallies) -> tuple[PassiveResult, ...]:
        return tallies.seen()

    return Fold(start, step, finish)


def promises(what: str) -> Callable[[Subject], Applies | NotApplicable]:
    """Make an `applies`: where the policy names a field (limit, remaining, reset or policy)."""

    def applies(subject: Subject) -> Applies | NotApplicable:
        limits = subject.facts.rate_limits
        if limits and limits.headers and getattr(limits.headers, what):
            return Applies()
        return NotApplicable(f"the policy promises no field with the {_WORDS[what]}")

    return applies


_WORDS = {
    "limit": "limit of a bucket",
    "remaining": "remaining requests",
    "reset": "end of a window",
    "policy": "policy of a limit",
}
