"""Retry-After is on the responses that the policy names, and says a wait that is true."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    Severity,
    Subject,
    items,
)
from apicheck.authoring.facts import NEVER
from apicheck.authoring.fields import parse_count
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, Seen, per_response
from apicheck.checks.ratelimit._schedule import find_margin
from apicheck.checks.ratelimit._waiting import SLACK_S, parse_wait

NAME = "Retry-After"
Owed = tuple[Exchange, float]
"""A refusal that no request has followed yet, and its wait in seconds."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says which responses have the field."""
    limits = subject.facts.rate_limits
    if limits and (limits.retry_after or limits.retry_after_only):
        return Applies()
    return NotApplicable(f"the policy does not say which responses have {NAME}")


def judge(owed: Seen[Owed], counted: Counted) -> Iterator[Failure | None]:
    """Each refusal, and each other response that has the field, is one test."""
    if not counted.attributed:
        return
    key = ("", counted.bucket.name)
    before = owed.get(key)
    if before is not None and counted.exchange.sent_at >= before[0].received_at:
        del owed[key]  # a request that was already on its way does not count
    text = counted.exchange.received.header(NAME)
    form, only = counted.limits.retry_after, counted.limits.retry_after_only
    if not counted.refused:
        if only and text is not None and counted.exchange.status not in only:
            yield counted.fail("misplaced", NAME, f"only on {only}", text)
    elif form is NEVER:
        yield counted.fail("misplaced", NAME, "absent", text) if text is not None else None
    elif isinstance(form, str) and text is None:
        yield counted.fail("absent", NAME, "the time to wait", None)
    elif isinstance(form, str) and text is not None:
        wait = parse_wait(form, text, counted.exchange.received)
        if wait is None:
            yield counted.fail("malformed", NAME, f"a wait as {form}", text)
            return
        yield _judge_wait(counted, wait, text, before)
        if parse_count(text) is not None or counted.exchange.received.header("Date"):
            pending = (counted.exchange, wait)  # a date without a Date tells no wait
            owed[key] = max(owed.get(key, pending), pending, key=_find_end)


def _find_end(owed: Owed) -> float:
    """When a wait is over, after which a request must be admitted again.

    Of several refusals at once, any may have been decided last, and a refusal may cost: the latest
    moment holds.
    """
    return owed[0].received_at + owed[1]


def _judge_wait(counted: Counted, wait: float, text: str, before: Owed | None) -> Failure | None:
    longest = counted.longest_s
    if wait < -SLACK_S:
        return counted.fail("too-short", NAME, "a date that has not passed", text)
    if wait > longest + SLACK_S:
        return counted.fail("too-long", NAME, f"at most {longest:g} s", text)
    if before is None or before[0].request.identity != counted.exchange.request.identity:
        return None
    if counted.bucket.counts_items and items.count_items(counted.exchange.request) > 1:
        return None  # the wait may be that of fewer items
    if counted.bucket.also:
        return None  # another limit may have been used up since, by another operation
    if counted.exchange.sent_at < _find_end(before) + find_margin(counted.context):
        return None
    passed = counted.exchange.sent_at - before[0].received_at
    due = "a wait after which a request is admitted"
    said = before[0].received.header(NAME) or ""
    actual = f"{said}; {passed:.1f} s later the next request was refused again"
    return counted.fail("too-short", NAME, due, actual)


CHECK = Check(
    title="A refused client is told how long to wait, and not too short",
    failure_title="Retry-After is missing, misplaced, malformed or wrong",
    applies=applies,
    fold=per_response(judge),
    triggered_by=TRIGGERS,
    reads=("rate_limits",),
    standards=("rfc6585#4", "rfc9110#10.2.3"),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("misplaced", Severity.LOW),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("too-long", Severity.MEDIUM),
        Outcome("too-short", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("ratelimit/omits-retry-after",),
        "misplaced": ("ratelimit/retry-after-on-success",),
        "malformed": ("ratelimit/retry-after-decimal", "ratelimit/retry-after-negative"),
        "too-long": ("ratelimit/retry-after-in-milliseconds",),
        "too-short": (
            "ratelimit/retry-after-too-short",
            "ratelimit/retry-after-short-by-a-second",
        ),
    },
)
