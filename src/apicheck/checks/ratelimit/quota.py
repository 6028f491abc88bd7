"""A bucket admits the promised number of requests in a window, and refuses the next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import partial

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.authoring.facts import RateLimits
from apicheck.checks.ratelimit._buckets import (
    REFUSALS,
    claim,
    doubt_refusal,
    explain_unusable,
    facts_of,
)
from apicheck.checks.ratelimit._classes import list_classes
from apicheck.checks.ratelimit._limiters import ADMITTED
from apicheck.checks.ratelimit._schedule import (
    find_margin,
    is_refused,
    recovery_of,
    send_burst,
    send_round,
)
from apicheck.checks.ratelimit._several import Play, find_holders, judge_plays
from apicheck.checks.ratelimit._traces import (
    explain_exchanges,
    make_limiter,
    make_trace,
)

_MOST = 700
_MOST_THOROUGH = 6000
_MOST_REAL_TIME = 200
_LONGEST_REAL_TIME_S = 120.0
_WINDOWS, _WINDOWS_OF_A_NEW_ONE = 7.0, 4.5
"""Windows that the test waits, within a factor of two: a second round is sent where it decides."""
_BESIDE = 18
"""Requests beyond two bursts: single ones, those over the limit, and those that are sent until
Retry-After falls."""
_APART = 2.28
"""Windows between two rounds, so that these lie at different phases of a clock or a calendar."""
_PHASED = frozenset({"aligned", "sliding-counter"})
_EXACT = ("fixed", "sliding-log")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every bucket whose limit can be reached in reasonable time."""
    if (unusable := explain_unusable(subject)) is not None:
        return unusable
    _, bucket = facts_of(subject)
    lines = f'[limits.{bucket.name}]\nlimit = 60\nwindow = "60s"'
    if bucket.limit is None:
        reason = "the limit depends on the plan, and no identity names its plan"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason, lines)
    windows = _WINDOWS_OF_A_NEW_ONE if _makes_sender(subject) else _WINDOWS
    requests, seconds = 2 * bucket.limit + _BESIDE, windows * bucket.window_s
    if bucket.name not in subject.context.use_up:
        clock = "clock" in subject.context.capabilities
        most = _MOST_THOROUGH if subject.context.thorough else _MOST
        price = f"{requests} requests" + ("" if clock else f" and {seconds:g} s")
        allow = f"use_up = true in [limits.{bucket.name}] allows it"
        if bucket.limit > (most if clock else min(most, _MOST_REAL_TIME)):
            if clock and bucket.limit <= _MOST_THOROUGH:
                allow = "--thorough sends them"
            reason = f"to test a limit of {bucket.limit} takes {price}: {allow}"
            return NotTested(NotTestedKind.NEEDS_BUDGET, reason, lines)
        if not clock and bucket.window_s > _LONGEST_REAL_TIME_S:
            reason = f"to test windows of {bucket.window_s:g} s takes {price}: {allow}"
            return NotTested(NotTestedKind.NEEDS_CONTROL, reason, lines)
    return Applies(requests, claim(bucket), last=True, seconds=seconds)


def script(subject: Subject) -> Script:
    """One round of requests; a second one, at other phases of the clock, only where it decides.

    It decides where nothing but windows aligned with a clock explains the first round; with
    `--thorough` it is always sent, as it tells more classes apart.
    """
    limits, bucket = facts_of(subject)
    if _makes_sender(subject):
        sender = yield from steps.mint(fresh=True)
    else:
        sender = build.identity_of(subject)
        request = yield from build.valid_request(subject, identity=sender)
        before = yield from steps.send(request, Role.SETUP)
        if not before.succeeded and not is_refused(limits, before):
            # Refused for another reason, which does not pass by waiting.
            steps.end_script(Inconclusive(f"the request was not admitted ({describe(before)})"))
        yield from steps.wait(
            recovery_of(bucket) + 0.05 * bucket.window_s,
            f"the bucket {bucket.name} recovers from earlier requests",
        )
    request = yield from build.valid_request(subject, identity=sender)
    if bucket.calendar:  # months differ in length, so that only bursts are exact
        yield from send_burst(limits, bucket, request)
        yield from steps.wait(_APART * bucket.window_s, "another month")
        yield from send_burst(limits, bucket, request)
        return
    first = yield from send_round(
        limits,
        bucket,
        request,
        partial(_is_simple, subject),
        margin_s=find_margin(subject.context),
        polls="clock" not in subject.context.capabilities,
    )
    if len(first) == 1:
        return
    found = explain_exchanges(subject, first)
    only_phased = "" in found.values() and all(found[name] for name in set(found) - _PHASED)
    if only_phased or ("" in found.values() and subject.context.thorough):
        yield from steps.wait(
            _APART * bucket.window_s, "a second round at other phases of the clock"
        )
        simple = partial(_is_simple, subject)
        yield from send_round(limits, bucket, request, simple)


def _makes_sender(subject: Subject) -> bool:
    """Whether the limit is used up by an identity that is made for it."""
    _, bucket = facts_of(subject)
    return bucket.per in ("token", "key") and "mint" in subject.context.capabilities


def _is_simple(subject: Subject, exchanges: Sequence[Exchange]) -> bool:
    """Whether a limiter that refuses at an exact count explains the exchanges."""
    found = explain_exchanges(subject, exchanges)
    return any(found.get(name) == "" for name in _EXACT)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It fails only where no honest limiter that the policy allows explains the responses."""
    limits, bucket = facts_of(subject)
    counted = _select_counted(subject, transcript)
    odd = {x.status for x in counted if x.response and not _is_expected(limits, x)}
    if odd:
        listed = ", ".join(map(str, sorted(odd)))
        return Inconclusive(f"some responses are neither a success nor the refusal: {listed}")
    counted = _until_no_recovery(limits, counted, 2 * bucket.window_s)
    found = explain_exchanges(subject, counted)
    refusals = [exchange for exchange in counted if is_refused(limits, exchange)]
    promise = f"{bucket.limit} requests in {bucket.window_s:g} s"
    if "" in found.values():
        return None if refusals else Inconclusive(f"the limit of {promise} was not reached")
    admitted = sum(1 for exchange in counted if exchange.succeeded)
    if not refusals:
        actual = f"{admitted} of {len(counted)} requests admitted, none refused"
        return Failure("not-enforced", f"a refusal after {promise}", actual)
    number = _find_first_unexplained(subject, counted)
    witness = counted[number - 1]
    after = f"{witness.sent_at - counted[0].sent_at:.1f} s after the first"
    if next(iter(found.values())) == ADMITTED:
        begun = next(n for n, x in enumerate(counted) if is_refused(limits, x))
        actual = f"{begun} admitted before the first refusal, and request {number} too, {after}"
        return Failure("not-enforced", f"a refusal after {promise}", actual, exchange=witness.id)
    doubt = doubt_refusal(bucket)
    if doubt is not None and _explain_with_others(subject, counted):
        return doubt
    actual = f"request {number}, {after}, was refused: {describe(witness)}"
    return Failure("refused-early", promise, actual, exchange=witness.id)


def _explain_with_others(subject: Subject, counted: Sequence[Exchange]) -> bool:
    """Whether the refusals may be those of the further limits that count the requests.

    What those have counted before is not known of an identity that the run has used already.
    """
    if any(one.request.identity in subject.context.identities for one in counted):
        return True
    holders = (find_holders(subject, one.request, {}, alone=False) for one in counted)
    return judge_plays(subject, [*map(Play, counted, holders)]) is None


def learn(subject: Subject, transcript: Transcript) -> str:
    """The classes of limiters that the responses leave possible."""
    counted = _select_counted(subject, transcript)
    classes = list_classes(make_trace(subject, counted), make_limiter(subject))
    return f"it behaves like {', or like '.join(classes)}" if classes else ""


def _find_first_unexplained(subject: Subject, counted: list[Exchange]) -> int:
    """The number of the first request up to which no honest limiter explains the trace."""
    return (
        bisect_left(
            range(1, len(counted) + 1),
            True,
            key=lambda n: "" not in explain_exchanges(subject, counted[:n]).values(),
        )
        + 1
    )


def _is_expected(limits: RateLimits, exchange: Exchange) -> bool:
    return exchange.succeeded or is_refused(limits, exchange)


def _until_no_recovery(
    limits: RateLimits, counted: list[Exchange], seconds: float
) -> list[Exchange]:
    """The exchanges before one that was refused after a silence of so many seconds.

    Whether a limit recovers is the matter of another check.
    """
    heard = float("inf")
    for number, exchange in enumerate(counted):
        if is_refused(limits, exchange) and exchange.sent_at - heard >= seconds:
            return counted[:number]
        heard = exchange.received_at if number == 0 else max(heard, exchange.received_at)
    return counted


def _select_counted(subject: Subject, transcript: Transcript) -> list[Exchange]:
    """The exchanges that the bucket counted for the identity, in order of sending.

    Without those before the first round: they may depend on requests that the run did not send.
    """
    exercised = transcript.exercised
    if not exercised:
        return []
    _, bucket = facts_of(subject)
    known_from = exercised[0].sent_at - recovery_of(bucket)
    return [
        exchange
        for exchange in sorted(transcript.exchanges, key=lambda x: x.sent_at)
        if exchange.sent_at > known_from
        and exchange.request.identity == exercised[0].request.identity
        and subject.context.bucket_of.get(exchange.request.operation) == subject.key
    ]


CHECK = Check(
    title="A rate limit is enforced as promised: neither more nor fewer requests",
    failure_title="A rate limit is not enforced as promised",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    learn=learn,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(
        Outcome("not-enforced", Severity.HIGH, Confirm.FRESH),
        Outcome("refused-early", Severity.HIGH, Confirm.FRESH),
    ),
    proven_by={
        "not-enforced": (
            "ratelimit/never-refuses",
            "ratelimit/one-too-many",
            "ratelimit/counts-reads-only",
        ),
        "refused-early": ("ratelimit/one-too-few",),
    },
    provokes=REFUSALS,
    accepted=True,
    min_exercised=3,
)
