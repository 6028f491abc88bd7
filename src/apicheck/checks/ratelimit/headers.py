"""What answers say of a limit is there, well-formed and true."""

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
    Response,
    RunContext,
    Severity,
    Subject,
    fields,
    judging,
)
from apicheck.authoring.facts import Bucket, RateHeaders, RateLimits
from apicheck.authoring.folds import Tallies
from apicheck.checks.ratelimit._falling import Falling, continued, stuck
from apicheck.checks.ratelimit._waiting import (
    NUMBER,
    SLACK_S,
    longest_memory,
    wait_of,
    wrong_wait,
)

_UNITS = {"epoch-seconds": 1.0, "epoch-milliseconds": 1000.0, "seconds": 1.0}
Key = tuple[str, str]


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy promises that answers tell of a limit."""
    limits = subject.facts.rate_limits
    told = limits and (limits.headers or limits.retry_after or limits.retry_after_only)
    return Applies() if told else NotApplicable("the policy promises no field that tells of limits")


@dataclass(slots=True)
class _State:
    """What is kept of a run.

    falling: by identity and bucket. owed: bucket -> a refusal after which nothing was sent to
    it yet, and the seconds that it asks to wait.
    """

    tallies: Tallies = field(default_factory=Tallies)
    falling: dict[Key, Falling] = field(default_factory=dict)
    owed: dict[str, tuple[Exchange, float]] = field(default_factory=dict)


def start(_: RunContext) -> _State:
    """Nothing seen."""
    return _State()


def step(context: RunContext, state: _State, exchange: Exchange) -> _State:
    """Each promised field of an answer that a bucket counts is one promise."""
    limits = context.facts.rate_limits
    name = context.bucket_of.get(exchange.request.operation)
    if limits is None or name is None or exchange.direction is Direction.IN:
        return state
    if exchange.response is None:
        return state
    bucket = limits.buckets[name]
    judged = (
        _judged(context, state, limits, bucket, exchange)
        if exchange.request.caller is Caller.AUTHENTICATED
        else _to_strangers(context, limits, exchange)
    )
    for fails in judged:
        state.tallies.note(f"rate_limits.{name}", exchange, fails)
    return state


def _to_strangers(
    context: RunContext, limits: RateLimits, exchange: Exchange
) -> Iterator[Failure | None]:
    """What is told to callers whose credential is missing or bad: where the policy says so only.

    Whose requests are counted together is not known of them, so that the numbers are not judged.
    """
    response = exchange.response
    assert response is not None  # step() saw to it
    if (
        limits.headers
        and limits.headers_when
        and judging.rule_applies(context, limits.headers_when, exchange)
    ):
        for name in (limits.headers.limit, limits.headers.remaining):
            if name is not None:
                value = _number(name, exchange, response)
                yield value if isinstance(value, Failure) else None


def finish(_: RunContext, state: _State) -> tuple[PassiveResult, ...]:
    """What was seen, for each operation and bucket."""
    return state.tallies.seen()


def _judged(
    context: RunContext, state: _State, limits: RateLimits, bucket: Bucket, exchange: Exchange
) -> Iterator[Failure | None]:
    response = exchange.response
    assert response is not None  # step() saw to it
    refused = limits.refusal is not None and response.status in limits.refusal.statuses
    key = (exchange.request.identity, bucket.name)
    state.falling[key] = continued(state.falling.get(key), exchange, bucket)
    if limits.headers is not None and judging.rule_applies(context, limits.headers_when, exchange):
        yield from _limit(limits.headers, bucket, exchange, response)
        yield from _reset(limits, limits.headers, bucket, exchange, response)
        minted = exchange.request.identity not in context.identities
        alone = minted and bucket.per in ("token", "key")
        counted = response.succeeded if limits.counts is None else response.status in limits.counts
        falling = state.falling[key] if alone and counted and not refused else None
        yield from _remaining(limits.headers, bucket, exchange, refused, falling)
    yield from _retry_after(state, limits, bucket, exchange, refused=refused)


def _limit(
    names: RateHeaders, bucket: Bucket, exchange: Exchange, response: Response
) -> Iterator[Failure | None]:
    if names.limit is None:
        return
    value = _number(names.limit, exchange, response)
    if isinstance(value, Failure):
        yield value
    elif bucket.limit is not None and value != bucket.limit:
        yield _fails(exchange, "wrong-limit", names.limit, str(bucket.limit), str(value))
    else:
        yield None


def _remaining(
    names: RateHeaders, bucket: Bucket, exchange: Exchange, refused: bool, falling: Falling | None
) -> Iterator[Failure | None]:
    assert exchange.response is not None  # step() saw to it
    if names.remaining is None:
        return
    value = _number(names.remaining, exchange, exchange.response)
    due = ""
    if isinstance(value, Failure):
        yield value
        return
    if refused and value and not bucket.also:
        due = "0 on a refusal"
    elif bucket.limit is not None and value > max(bucket.limit, bucket.burst or 0):
        due = f"at most {bucket.limit}"
    elif falling is not None and stuck(falling, exchange, value, bucket):
        due = f"less than before, after {len(falling.counted)} requests in one window"
    yield _fails(exchange, "wrong-remaining", names.remaining, due, str(value)) if due else None


def _reset(
    limits: RateLimits, names: RateHeaders, bucket: Bucket, exchange: Exchange, response: Response
) -> Iterator[Failure | None]:
    if names.reset is None:
        return
    now = fields.parse_http_date(response.header("Date") or "")
    text = response.header(names.reset)
    if names.reset_unit == "http-date":
        moment = fields.parse_http_date(text or "")
        if text is None or moment is None:
            outcome = "absent" if text is None else "malformed"
            yield _fails(exchange, outcome, names.reset, "an HTTP date", text)
            return
    else:
        value = _number(names.reset, exchange, response)
        if isinstance(value, Failure):
            yield value
            return
        moment = value / _UNITS[names.reset_unit]
    if names.reset_unit == "seconds":
        now = 0.0
    if now is None:
        return
    longest = longest_memory(limits, bucket)
    due = f"{names.reset_unit}, at most {longest:g} s after the answer's Date"
    wrong = not now - SLACK_S <= moment <= now + longest + SLACK_S
    yield _fails(exchange, "wrong-reset", names.reset, due, text) if wrong else None


def _retry_after(
    state: _State, limits: RateLimits, bucket: Bucket, exchange: Exchange, *, refused: bool
) -> Iterator[Failure | None]:
    assert exchange.response is not None  # step() saw to it
    owed = state.owed.get(bucket.name)
    if owed is not None and exchange.sent_at >= owed[0].received_at:
        state.owed.pop(bucket.name)  # what was on its way meanwhile settles nothing
    text = exchange.response.header("Retry-After")
    only = limits.retry_after_only
    if not refused:
        if only and text is not None and exchange.status not in only:
            yield _fails(exchange, "retry-after-wrong", "Retry-After", f"only on {only}", text)
    elif limits.retry_after is NEVER:
        due = "absent"
        wrong = text is not None
        yield _fails(exchange, "retry-after-wrong", "Retry-After", due, text) if wrong else None
    elif limits.retry_after is not None and text is None:
        yield _fails(exchange, "retry-after-absent", "Retry-After", "a wait", None)
    elif limits.retry_after is not None and text is not None:
        wait = wait_of(limits.retry_after, text, exchange.response)
        if wait is not None:
            state.owed[bucket.name] = (exchange, wait)
        due = wrong_wait(limits, bucket, exchange, wait, owed)
        yield _fails(exchange, "retry-after-wrong", "Retry-After", due, text) if due else None


def _number(name: str, exchange: Exchange, response: Response) -> int | Failure:
    values = response.header_values(name)
    if not values:
        return _fails(exchange, "absent", name, "a number", None)
    if len(values) > 1 or not NUMBER.fullmatch(values[0]):
        return _fails(exchange, "malformed", name, "one number in digits", ", ".join(values))
    return int(values[0])


def _fails(exchange: Exchange, outcome: str, name: str, due: str, text: str | None) -> Failure:
    actual = f"no {name}" if text is None else f"{name}: {text}"
    return Failure(outcome, f"{name}: {due}", actual, name, exchange.id)


CHECK = Check(
    title="Answers tell the truth about the limit",
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
