"""Retry-After is on the responses that the policy names, and says a wait that is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    items,
)
from apicheck.authoring.facts import NEVER
from apicheck.authoring.fields import parse_count
from apicheck.authoring.folds import Fold, PassiveResult, Result, Tallies
from apicheck.checks.ratelimit._reported import TRIGGERS, Counted, find_counted
from apicheck.checks.ratelimit._schedule import find_margin
from apicheck.checks.ratelimit._waiting import SLACK_S, parse_wait

NAME = "Retry-After"


@dataclass(slots=True)
class _Waiting:
    """What is known of the waits of one bucket.

    owed: a refusal that no request has followed yet, and its wait in seconds.
    doubted: a refusal after that wait. It breaks the promise unless a request that was under way at
    the same time was admitted.
    """

    owed: tuple[Exchange, float] | None = None
    doubted: tuple[Exchange, Failure] | None = None


@dataclass(slots=True)
class _State:
    """The waits of each bucket, by name."""

    tallies: Tallies = field(default_factory=Tallies)
    waiting: dict[str, _Waiting] = field(default_factory=dict)

    def note(self, bucket: str, exchange: Exchange, result: Result) -> None:
        """Count a test of a response to a request that the bucket counts."""
        self.tallies.note(f"rate_limits.{bucket}", exchange, result)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says which responses have the field."""
    limits = subject.facts.rate_limits
    if limits and (limits.retry_after or limits.retry_after_only):
        return Applies()
    return NotApplicable(f"the policy does not say which responses have {NAME}")


def _start(_: RunContext) -> _State:
    return _State()


def _step(context: RunContext, state: _State, exchange: Exchange) -> _State:
    """Each refusal of whose field the policy says something is one test.

    So is each misplaced field, and each refusal that comes after the wait of an earlier one.
    """
    counted = find_counted(context, exchange)
    if counted is None or not counted.attributed:
        return state
    name = counted.bucket.name
    waiting = state.waiting.setdefault(name, _Waiting())
    for result in _judge_field(counted):
        state.note(name, exchange, result)
    for of, late in _judge_wait(waiting, counted):
        state.note(name, of, late)
    return state


def _finish(_: RunContext, state: _State) -> tuple[PassiveResult, ...]:
    for name, waiting in state.waiting.items():
        if waiting.doubted is not None:
            state.note(name, *waiting.doubted)
    return state.tallies.seen()


def _judge_field(counted: Counted) -> Iterator[Failure | None]:
    """Judge whether the field is where it must be, and what it holds by itself."""
    text = counted.exchange.received.header(NAME)
    form, only = counted.limits.retry_after, counted.limits.retry_after_only
    if not counted.refused:
        if only and text is not None and counted.exchange.status not in only:
            yield counted.fail("misplaced", NAME, f"only on {only}", text)
    elif form is NEVER:
        yield counted.fail("misplaced", NAME, "absent", text) if text is not None else None
    elif isinstance(form, str):
        yield _judge_form(counted, text)


def _judge_form(counted: Counted, text: str | None) -> Failure | None:
    if text is None:
        return counted.fail("absent", NAME, "the time to wait", None)
    wait, longest = _find_wait(counted), counted.longest_s
    if wait is None:
        return counted.fail("malformed", NAME, f"a wait as {counted.limits.retry_after}", text)
    if wait < -SLACK_S:
        return counted.fail("too-short", NAME, "a date that has not passed", text)
    if wait > longest + SLACK_S:
        return counted.fail("too-long", NAME, f"at most {longest:g} s", text)
    return None


def _judge_wait(waiting: _Waiting, counted: Counted) -> Iterator[tuple[Exchange, Result]]:
    """Judge whether a refusal came after the wait of an earlier one, once that can be told."""
    exchange, owed = counted.exchange, waiting.owed
    if waiting.doubted is not None:
        refusal, failure = waiting.doubted
        if exchange.sent_at >= refusal.received_at:
            waiting.doubted = None
            yield refusal, failure
        elif not counted.refused:
            waiting.doubted = None  # this one was admitted, and may have been before the other
    if owed is not None and _settles(counted, owed):
        waiting.owed = None
    wait = _find_wait(counted)
    if wait is None:
        return
    if owed is not None and _is_too_early(counted, owed):
        waiting.doubted = (exchange, _fail_by(counted, owed[0]))
    if _is_dated(exchange):
        pending = (exchange, wait)
        # Of several refusals at once, any may have been decided last: the latest moment counts.
        waiting.owed = max(waiting.owed or pending, pending, key=_find_end)


def _find_wait(counted: Counted) -> float | None:
    """The wait that a refusal says in the promised form; None where it says none."""
    form, text = counted.limits.retry_after, counted.exchange.received.header(NAME)
    if not counted.refused or form is NEVER or not isinstance(form, str) or text is None:
        return None
    return parse_wait(form, text, counted.exchange.received)


def _is_dated(exchange: Exchange) -> bool:
    """Whether the wait is known: that of a date is not, where the response has no Date."""
    text = exchange.received.header(NAME) or ""
    return parse_count(text) is not None or bool(exchange.received.header("Date"))


def _find_end(owed: tuple[Exchange, float]) -> float:
    """When a wait is over: a request that is sent then must be admitted."""
    return owed[0].received_at + owed[1]


def _settles(counted: Counted, owed: tuple[Exchange, float]) -> bool:
    """Whether a request may be the one that was to be admitted after the wait.

    It was sent after the refusal; or it was on its way then, and was admitted after the wait.
    """
    late = not counted.refused and counted.exchange.received_at >= _find_end(owed)
    return late or counted.exchange.sent_at >= owed[0].received_at


def _is_too_early(counted: Counted, owed: tuple[Exchange, float]) -> bool:
    """Whether a refused client had waited as long as an earlier refusal told it to."""
    if owed[0].request.identity != counted.exchange.request.identity:
        return False
    if counted.bucket.counts_items and items.count_items(counted.exchange.request) > 1:
        return False  # the wait may be that of fewer items
    if counted.bucket.also:
        return False  # another limit may have been used up since, by another operation
    return counted.exchange.sent_at >= _find_end(owed) + find_margin(counted.context)


def _fail_by(counted: Counted, before: Exchange) -> Failure:
    passed = counted.exchange.sent_at - before.received_at
    due = "a wait after which a request is admitted"
    said = before.received.header(NAME) or ""
    actual = f"{said}; {passed:.1f} s later the next request was refused again"
    return counted.fail("too-short", NAME, due, actual)


CHECK = Check(
    title="A refused client is told how long to wait, and not too short",
    failure_title="Retry-After is missing, misplaced, malformed or wrong",
    applies=applies,
    fold=Fold(_start, _step, _finish),
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
