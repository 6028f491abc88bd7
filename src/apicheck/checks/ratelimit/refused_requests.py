"""Requests that a limit refuses cost nothing: whoever goes on is admitted as soon as others."""

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
    Role,
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

_STEP = 0.2
"""Share of the time to recover between two requests."""
_STEPS = 6


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, where the policy says that refusals do not count."""
    limits, bucket = facts_of(subject)
    if limits.counts_refused is not False:
        return NotApplicable(
            "the policy does not say that a refused request costs nothing"
            " (rate_limits.counts.refused)"
        )
    wait = _STEPS * _STEP * recovery_of(bucket)
    return explain_time(subject, wait) or apply_to_lowest(subject, _STEPS, seconds=wait)


def script(subject: Subject) -> Script:
    """Use the limit up, and go on asking until a request is admitted."""
    _, bucket = facts_of(subject)
    wait = _STEP * recovery_of(bucket)
    yield from use_up_and_return(subject, _STEPS, wait, "a part of the window passes")


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where a request was refused when all that was admitted had long been forgotten."""
    limits, bucket = facts_of(subject)
    last = transcript.exercised[-1]
    if last.succeeded:
        return None
    if not is_refused(limits, last):
        return Inconclusive(f"the response was {describe(last)}, for another reason")
    # A limit that another script used up admitted its last request before the first one here.
    plain = [
        one
        for one in transcript.of_role(Role.SETUP)
        if one.request.operation == last.request.operation
    ]
    served = [one.received_at for one in plain if one.succeeded]
    begun = min((one.received_at for one in plain), default=last.sent_at)
    silence = last.sent_at - max(served, default=begun)
    if silence < recovery_of(bucket):
        return Inconclusive("the refused requests did not go on for long enough")
    if (doubt := doubt_refusal(bucket)) is not None:
        return doubt
    expected = f"a success {recovery_of(bucket):g} s after the last one, as refusals do not count"
    actual = f"{describe(last)} after {silence:.0f} s with refused requests only"
    return Failure("prolonged", expected, actual, exchange=last.id)


CHECK = Check(
    title="Requests that a limit refuses do not prolong the wait",
    failure_title="Requests that a limit refuses prolong the wait",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits.counts",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("prolonged", Severity.MEDIUM, Confirm.FRESH),),
    proven_by={"prolonged": ("ratelimit/refused-requests-prolong-the-wait",)},
    provokes=REFUSALS,
    accepted=True,
)
