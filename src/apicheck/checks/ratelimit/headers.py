"""The fields in which responses report a rate limit are present, well-formed and true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from apicheck.authoring import (
    NEVER,
    Applies,
    Caller,
    Check,
    Direction,
    Exchange,
    Failure,
    Fold,
    NotApplicable,
    Outcome,
    PassiveResult,
    RunContext,
    Severity,
    Subject,
    fields,
    judging,
)
from apicheck.authoring.facts import Bucket, RateHeaders, RateLimits
from apicheck.authoring.folds import Tallies
from apicheck.checks.ratelimit._falling import Falling, continue_from, is_stuck
from apicheck.checks.ratelimit._numbers import parse_number
from apicheck.checks.ratelimit._resets import UNITS, guess_form
from apicheck.checks.ratelimit._waiting import (
    SLACK_S,
    expected_wait,
    longest_memory,
    parse_wait,
)

_WELL_FORMED = "one number in digits, or a structured field (RFC 9651) that holds it"
Key = tuple[str, str]


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy promises that responses report a limit."""
    limits = subject.facts.rate_limits
    if limits and (limits.headers or limits.retry_after or limits.retry_after_only):
        return Applies()
    return NotApplicable("the policy promises no field that reports a rate limit")


@dataclass(slots=True)
class _State:
    """The state of the fold.

    falling: by identity and bucket. owed: bucket -> its last refusal, where no request followed
    it yet, and the seconds of its Retry-After.
    """

    tallies: Tallies = field(default_factory=Tallies)
    falling: dict[Key, Falling] = field(default_factory=dict)
    owed: dict[str, tuple[Exchange, float]] = field(default_factory=dict)


def start(_: RunContext) -> _State:
    """Begin with nothing seen."""
    return _State()


def step(context: RunContext, state: _State, exchange: Exchange) -> _State:
    """Each promised field of a response that a bucket counts is one promise."""
    limits = context.facts.rate_limits
    name = context.bucket_of.get(exchange.request.operation)
    if limits is None or name is None or exchange.direction is Direction.IN:
        return state
    if exchange.response is None:
        return state
    bucket = limits.buckets[name]
    results = (
        _judge_fields(context, state, limits, bucket, exchange)
        if exchange.request.caller is Caller.AUTHENTICATED
        or _is_counted_by_address(context, bucket, exchange)
        else _judge_unauthenticated(context, limits, bucket, exchange)
    )
    for result in results:
        state.tallies.note(f"rate_limits.{name}", exchange, result)
    return state


def _is_counted_by_address(context: RunContext, bucket: Bucket, exchange: Exchange) -> bool:
    """Whether a caller without a credential counts as any other: on a public operation, by ip."""
    public = exchange.request.operation not in context.secured
    return bucket.per == "ip" and public and exchange.request.caller is Caller.ANONYMOUS


def _judge_unauthenticated(
    context: RunContext, limits: RateLimits, bucket: Bucket, exchange: Exchange
) -> Iterator[Failure | None]:
    """Judge the form of the numbers that callers without a valid credential receive.

    The policy does not say which of their requests count together, so the values are not judged.
    """
    if (
        limits.headers
        and limits.headers_when
        and judging.rule_applies(context, limits.headers_when, exchange)
    ):
        for what in ("limit", "remaining"):
            name = getattr(limits.headers, what)
            if name is not None:
                value = _parse_number(name, what, bucket, exchange)
                yield value if isinstance(value, Failure) else None


def finish(_: RunContext, state: _State) -> tuple[PassiveResult, ...]:
    """The results, for each operation and bucket."""
    return state.tallies.seen()


def _judge_fields(
    context: RunContext, state: _State, limits: RateLimits, bucket: Bucket, exchange: Exchange
) -> Iterator[Failure | None]:
    response = exchange.received
    refused = limits.refusal is not None and response.status in limits.refusal.statuses
    key = (exchange.request.identity, bucket.name)
    state.falling[key] = continue_from(state.falling.get(key), exchange, bucket)
    if limits.headers is not None and judging.rule_applies(context, limits.headers_when, exchange):
        yield from _judge_limit(limits.headers, bucket, exchange)
        yield from _judge_reset(limits, limits.headers, bucket, exchange)
        minted = exchange.request.identity not in context.identities
        alone = minted and bucket.per in ("token", "key")
        counted = response.succeeded if limits.counts is None else response.status in limits.counts
        falling = state.falling[key] if alone and counted and not refused else None
        yield from _judge_remaining(limits.headers, bucket, exchange, refused, falling)
    yield from _judge_retry_after(state, limits, bucket, exchange, refused=refused)


def _judge_limit(
    names: RateHeaders, bucket: Bucket, exchange: Exchange
) -> Iterator[Failure | None]:
    if names.limit is None:
        return
    value = _parse_number(names.limit, "limit", bucket, exchange)
    if isinstance(value, Failure):
        yield value
    elif bucket.limit is not None and value != bucket.limit:
        yield _fail(exchange, "wrong-limit", names.limit, str(bucket.limit), str(value))
    else:
        yield None


def _judge_remaining(
    names: RateHeaders, bucket: Bucket, exchange: Exchange, refused: bool, falling: Falling | None
) -> Iterator[Failure | None]:
    if names.remaining is None:
        return
    value = _parse_number(names.remaining, "remaining", bucket, exchange)
    due = ""
    if isinstance(value, Failure):
        yield value
        return
    if refused and value and not bucket.also:
        due = "0 on a refusal"
    elif bucket.limit is not None and value > max(bucket.limit, bucket.burst or 0):
        due = f"at most {bucket.limit}"
    elif falling is not None and is_stuck(falling, exchange, value, bucket):
        due = f"less than before, after {len(falling.counted)} requests in one window"
    yield _fail(exchange, "wrong-remaining", names.remaining, due, str(value)) if due else None


def _judge_reset(
    limits: RateLimits, names: RateHeaders, bucket: Bucket, exchange: Exchange
) -> Iterator[Failure | None]:
    if names.reset is None:
        return
    text = exchange.received.header(names.reset)
    date = fields.parse_http_date(exchange.received.header("Date") or "")
    longest = longest_memory(limits, bucket)
    form = guess_form(text, date, longest) if text else ""
    shown = f"{text} (it fits as {form})" if form and form != names.reset_unit else text
    if names.reset_unit == "http-date":
        moment = fields.parse_http_date(text or "")
        if text is None or moment is None:
            outcome = "absent" if text is None else "malformed"
            yield _fail(exchange, outcome, names.reset, "an HTTP date", shown)
            return
    else:
        value = _parse_number(names.reset, "reset", bucket, exchange)
        if isinstance(value, Failure):
            if value.outcome == "malformed":
                value = _fail(exchange, "malformed", names.reset, _WELL_FORMED, shown)
            yield value
            return
        moment = value / UNITS[names.reset_unit]
    now = 0.0 if names.reset_unit == "seconds" else date
    if now is None:
        return
    due = f"{names.reset_unit}, at most {longest:g} s after the response's Date"
    wrong = not now - SLACK_S <= moment <= now + longest + SLACK_S
    yield _fail(exchange, "wrong-reset", names.reset, due, shown) if wrong else None


def _judge_retry_after(
    state: _State, limits: RateLimits, bucket: Bucket, exchange: Exchange, *, refused: bool
) -> Iterator[Failure | None]:
    owed = state.owed.get(bucket.name)
    if owed is not None and exchange.sent_at >= owed[0].received_at:
        state.owed.pop(bucket.name)  # a request that was already on its way does not count
    text = exchange.received.header("Retry-After")
    only = limits.retry_after_only
    if not refused:
        if only and text is not None and exchange.status not in only:
            yield _fail(exchange, "retry-after-wrong", "Retry-After", f"only on {only}", text)
    elif limits.retry_after is NEVER:
        due = "absent"
        wrong = text is not None
        yield _fail(exchange, "retry-after-wrong", "Retry-After", due, text) if wrong else None
    elif limits.retry_after is not None and text is None:
        yield _fail(exchange, "retry-after-absent", "Retry-After", "the time to wait", None)
    elif limits.retry_after is not None and text is not None:
        wait = parse_wait(limits.retry_after, text, exchange.received)
        if wait is not None:
            state.owed[bucket.name] = (exchange, wait)
        due = expected_wait(limits, bucket, exchange, wait, owed)
        yield _fail(exchange, "retry-after-wrong", "Retry-After", due, text) if due else None


def _parse_number(name: str, what: str, bucket: Bucket, exchange: Exchange) -> int | Failure:
    lines = exchange.received.header_values(name)
    if not lines:
        return _fail(exchange, "absent", name, "a number", None)
    number = parse_number(lines, what, bucket)
    if number is None:
        return _fail(exchange, "malformed", name, _WELL_FORMED, ", ".join(lines))
    return number


def _fail(exchange: Exchange, outcome: str, name: str, due: str, text: str | None) -> Failure:
    actual = f"no {name}" if text is None else f"{name}: {text}"
    return Failure(outcome, f"{name}: {due}", actual, name, exchange.id)


CHECK = Check(
    title="Rate limit fields are present, well-formed and true",
    failure_title="A rate limit field is missing, malformed or wrong",
    applies=applies,
    fold=Fold(start, step, finish),
    triggered_by=("ratelimit/quota",),
    reads=("rate_limits",),
    standards=("rfc6585#4", "rfc9110#10.2.3"),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("wrong-limit", Severity.MEDIUM),
        Outcome("wrong-remaining", Severity.MEDIUM),
        Outcome("wrong-reset", Severity.MEDIUM),
        Outcome("retry-after-absent", Severity.MEDIUM),
        Outcome("retry-after-wrong", Severity.MEDIUM),
    ),
    proven_by={
        "absent": ("ratelimit/omits-headers",),
        "malformed": ("ratelimit/limit-with-comma", "ratelimit/remaining-negative"),
        "wrong-limit": ("ratelimit/limit-differs",),
        "wrong-remaining": ("ratelimit/remaining-never-falls",),
        "wrong-reset": ("ratelimit/reset-in-milliseconds",),
        "retry-after-absent": ("ratelimit/omits-retry-after",),
        "retry-after-wrong": ("ratelimit/retry-after-too-short",),
    },
)
