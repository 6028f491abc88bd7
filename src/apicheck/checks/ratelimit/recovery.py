"""A limit that was used up admits requests again when its window is over."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, doubt_refusal, facts_of
from apicheck.checks.ratelimit._schedule import is_refused, recovery_of
from apicheck.checks.ratelimit._using_up import (
    apply_to_lowest,
    explain_time,
    use_up_and_return,
)

_TRIALS = 2


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, where the run can wait for it."""
    _, bucket = facts_of(subject)
    wait = 1.025 * recovery_of(bucket)
    return explain_time(subject, wait) or apply_to_lowest(subject, _TRIALS, seconds=wait)


def script(subject: Subject) -> Script:
    """Use the limit up, wait until every limiter has forgotten all, and ask again."""
    _, bucket = facts_of(subject)
    wait, why = 1.025 * recovery_of(bucket), f"the limit {bucket.name} recovers"
    yield from use_up_and_return(subject, _TRIALS, wait, why)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the limit refused a request after each silence."""
    limits, bucket = facts_of(subject)
    last = transcript.exercised[-1]
    if last.succeeded:
        return None
    if not is_refused(limits, last):
        return Inconclusive(f"the response was {describe(last)}, for another reason")
    if len(transcript.exercised) < _TRIALS:
        return Inconclusive("too few requests were sent after the limit")
    if (doubt := doubt_refusal(bucket)) is not None:
        return doubt
    silence = f"{recovery_of(bucket):g} s without a request"
    actual = f"{describe(last)}, and the same after the silence before"
    return Failure("no-recovery", f"a success after {silence}", actual, exchange=last.id)


CHECK = Check(
    title="A limit that was used up admits requests again when its window is over",
    failure_title="A limit that was used up admits no request when its window is over",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("no-recovery", Severity.HIGH, Confirm.FRESH),),
    proven_by={"no-recovery": ("ratelimit/never-recovers",)},
    provokes=REFUSALS,
    accepted=True,
)
