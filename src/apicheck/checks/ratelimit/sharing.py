"""The credentials of one user, app, account or address share the limit that is per such a one."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import FELLOWS, obtain_fellow, obtain_spent
from apicheck.checks.ratelimit._using_up import (
    TRIALS,
    TURNS,
    apply_to_lowest,
    judge_shared,
    take_turns,
    use_up,
)

_MOST = 100
_MOST_THOROUGH = 6000


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit of those that count several credentials together."""
    limits, bucket = facts_of(subject)
    if bucket.per not in FELLOWS:
        return NotApplicable(f"each {bucket.per} has a limit of its own")
    context = subject.context
    most = _MOST_THOROUGH if context.thorough and "clock" in context.capabilities else _MOST
    return apply_to_lowest(
        subject,
        TURNS,
        lambda name: limits.buckets[name].per in FELLOWS,
        least=TRIALS,
        most=most,
        seconds=0.0,
    )


def script(subject: Subject) -> Script:
    """Use the limit up with one credential, then go on with another that shares it."""
    sender = yield from obtain_spent(subject)
    fellow = yield from obtain_fellow(subject, sender)
    theirs = yield from build.valid_request(subject, identity=fellow)
    request = yield from build.valid_request(subject, identity=sender)
    yield from use_up(subject, request)
    yield from take_turns(subject, theirs, request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the other credential was admitted each time."""
    _, bucket = facts_of(subject)
    return judge_shared(subject, transcript, FELLOWS[bucket.per])


CHECK = Check(
    title="Credentials that share a limit do not have one each",
    failure_title="Credentials that share a limit have one each",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("admitted", Severity.HIGH, Confirm.FRESH),),
    proven_by={"admitted": ("ratelimit/counts-tokens-apart",)},
    provokes=REFUSALS,
    accepted=True,
)
