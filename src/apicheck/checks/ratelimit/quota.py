"""A bucket admits as many requests as promised, refuses the next, and recovers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from apicheck.authoring import (
    Applies,
    Check,
    Claims,
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
from apicheck.authoring.facts import Bucket, RateLimits
from apicheck.checks.ratelimit._limiters import (
    ADMITTED,
    Hit,
    Limiter,
    Trace,
    explanations,
)
from apicheck.checks.ratelimit._schedule import MANY_REQUESTS, one_round, refused

_MOST = 700
_MOST_THOROUGH = 6000
_MOST_REAL_TIME = 200
_LONGEST_REAL_TIME_S = 120.0
_SLACK = 0.01
"""Share of a window by which clocks may disagree; at most a second."""
_PHASED = frozenset({"aligned", "sliding-counter"})


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every bucket whose limit can be reached within reason."""
    limits, bucket = _facts(subject)
    if limits.over != "refuse":
        return NotApplicable(f"requests over the limit are not refused (over: {limits.over})")
    if subject.operation is None:
        return NotApplicable("the bucket counts no operation of the document")
    lines = f'[limits.{bucket.name}]\nlimit = 60\nwindow = "60s"'
    if bucket.limit is None:
        reason = "the limit depends on a plan that no identity names"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason, lines)
    clock = "clock" in subject.context.capabilities
    most = _MOST_THOROUGH if subject.context.thorough else _MOST
    if bucket.limit > (most if clock else min(most, _MOST_REAL_TIME)):
        reason = f"a limit of {bucket.limit} takes more than {2 * bucket.limit} requests to test"
        if clock and bucket.limit <= _MOST_THOROUGH:
            reason += ": --thorough sends them"
        return NotTested(NotTestedKind.NEEDS_BUDGET, reason, lines)
    if not clock and bucket.window_s > _LONGEST_REAL_TIME_S:
        reason = f"a window of {bucket.window_s:g} s must be waited for several times"
        return NotTested(NotTestedKind.NEEDS_CONTROL, reason, lines)
    claims = Claims(exclusive=frozenset({f"bucket:{bucket.name}", "clock"}))
    seconds = 7.0 * bucket.window_s
    return Applies(2 * bucket.limit + 12, claims, last=True, seconds=seconds)


def script(subject: Subject) -> Script:
    """One at 0, more than the limit at 0.6 of a window and at 1.05, one when all is forgotten.

    A second round, at other phases of a clock, only where the first leaves open whether windows
    that are aligned with a clock explain what looks wrong.
    """
    limits, bucket = _facts(subject)
    fresh = bucket.per in ("token", "key") and "mint" in subject.context.capabilities
    if fresh:
        who = yield from steps.mint(fresh=True)
    else:
        who = build.identity_of(subject)
        request = yield from build.valid_request(subject, identity=who)
        before = yield from steps.send(request, Role.SETUP)
        if not before.succeeded and not refused(limits, before):
            # Refused for another reason: nothing is learnt by waiting.
            steps.end_script(Inconclusive(f"the request was not admitted ({describe(before)})"))
        yield from steps.wait(
            2.05 * bucket.window_s, f"the bucket {bucket.name} forgets what was before"
        )
    request = yield from build.valid_request(subject, identity=who)
    first = yield from one_round(limits, bucket, request)
    if len(first) == 1:
        return
    found = _explained(subject, first)
    if "" in found.values() and all(found[name] for name in set(found) - _PHASED):
        yield from steps.wait(2.28 * bucket.window_s, "a second round at other phases of the clock")
        yield from one_round(limits, bucket, request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A fail only when no honest limiter that the policy allows explains what came."""
    limits, bucket = _facts(subject)
    counted = _counted(subject, transcript)
    odd = [x for x in counted if x.response and not x.succeeded and not refused(limits, x)]
    if odd:
        return _odd_refusals(subject, counted, odd)
    found = _explained(subject, counted)
    refusals = [exchange for exchange in counted if refused(limits, exchange)]
    promise = f"{bucket.limit} requests in {bucket.window_s:g} s"
    if "" in found.values():
        return None if refusals else Inconclusive(f"the limit of {promise} was not reached")
    admitted = sum(1 for exchange in counted if exchange.succeeded)
    if not refusals:
        actual = f"{admitted} of {len(counted)} admitted"
        return Failure("not-enforced", f"a refusal after {promise}", actual)
    last = counted[-1]
    before = max((x.received_at for x in counted[:-1]), default=last.sent_at)
    if last in refusals and last.sent_at - before >= 2 * bucket.window_s:
        actual = f"refused {last.sent_at - before:.0f} s after the request before"
        return Failure("no-recovery", "a request admitted again", actual, exchange=last.id)
    number = _first_unexplained(subject, counted)
    witness = counted[number - 1]
    after = f"{witness.sent_at - counted[0].sent_at:.1f} s after the first"
    if next(iter(found.values())) == ADMITTED:
        begun = next(n for n, x in enumerate(counted) if refused(limits, x))
        actual = f"{begun} admitted before the first refusal; and request {number}, {after}, too"
        return Failure("not-enforced", f"a refusal after {promise}", actual, exchange=witness.id)
    actual = f"request {number}, {after}, was refused: {describe(witness)}"
    return Failure("refused-early", promise, actual, exchange=witness.id)


def _first_unexplained(subject: Subject, counted: list[Exchange]) -> int:
    """How many requests, from the first on, it takes until no honest limiter explains them."""
    return (
        bisect_left(
            range(1, len(counted) + 1),
            True,
            key=lambda n: "" not in _explained(subject, counted[:n]).values(),
        )
        + 1
    )


def _odd_refusals(subject: Subject, counted: list[Exchange], odd: list[Exchange]) -> Judgement:
    """Answers that are neither admitted nor refused as promised: perhaps the limit's own."""
    limits, _ = _facts(subject)
    statuses = {exchange.status for exchange in odd}
    hits = (_hit(subject, x, False if x in odd else x.succeeded) for x in counted)
    found = _explanations(subject, Trace.of(hits))
    if len(statuses) == 1 and "" in found.values():
        due = str((limits.refusal or MANY_REQUESTS).statuses)
        return Failure("wrong-status", due, describe(odd[0]), exchange=odd[0].id)
    return Inconclusive(f"requests were answered {', '.join(map(str, sorted(statuses)))}")


def _counted(subject: Subject, transcript: Transcript) -> list[Exchange]:
    """What the bucket counted of the identity under test, in order of sending.

    Not what it forgot before the first round: it hangs on requests that are not ours to know.
    """
    exercised = transcript.exercised
    if not exercised:
        return []
    _, bucket = _facts(subject)
    known_from = exercised[0].sent_at - 2 * bucket.window_s
    return [
        exchange
        for exchange in sorted(transcript.exchanges, key=lambda x: x.sent_at)
        if exchange.sent_at > known_from
        and exchange.request.identity == exercised[0].request.identity
        and subject.context.bucket_of.get(exchange.request.operation) == subject.key
    ]


def _explained(subject: Subject, exchanges: Iterable[Exchange]) -> dict[str, str]:
    limits, _ = _facts(subject)
    hits = (
        _hit(subject, x, True if x.succeeded else False if refused(limits, x) else None)
        for x in exchanges
    )
    return _explanations(subject, Trace.of(hits))


def _explanations(subject: Subject, trace: Trace) -> dict[str, str]:
    limits, bucket = _facts(subject)
    assert bucket.limit is not None  # applies() saw to it
    limiter = Limiter(bucket.limit, bucket.window_s, bucket.burst, limits.counts_refused)
    return dict(explanations(trace, limiter, limits.algorithm))


def _hit(subject: Subject, exchange: Exchange, admitted: bool | None) -> Hit:
    _, bucket = _facts(subject)
    slack = min(1.0, _SLACK * bucket.window_s)
    return Hit(exchange.sent_at - slack, exchange.received_at + slack, admitted)


def _facts(subject: Subject) -> tuple[RateLimits, Bucket]:
    limits, bucket = subject.facts.rate_limits, subject.bucket
    assert limits is not None  # a bucket is the subject
    assert bucket is not None
    return limits, bucket


CHECK = Check(
    title="A limit is kept: neither more nor fewer requests than promised",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(
        Outcome("not-enforced", Severity.HIGH, Confirm.FRESH),
        Outcome("refused-early", Severity.HIGH, Confirm.FRESH),
        Outcome("wrong-status", Severity.MEDIUM, Confirm.FRESH),
        Outcome("no-recovery", Severity.HIGH, Confirm.FRESH),
    ),
    proven_by={
        "not-enforced": ("ratelimit/never-refuses", "ratelimit/one-too-many"),
        "refused-early": ("ratelimit/one-too-few",),
        "wrong-status": ("ratelimit/refusal-with-other-status",),
        "no-recovery": ("ratelimit/never-recovers",),
    },
    provokes=frozenset({403, 429, 503, 509}),
    accepted=True,
    min_exercised=3,
)
