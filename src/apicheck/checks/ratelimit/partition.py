"""Whoever has a limit of its own is not refused when another has used its limit up."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
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
    build,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import (
    obtain_other,
    obtain_spent,
    rest,
)
from apicheck.checks.ratelimit._using_up import apply_to_lowest, explain_rest, judge_apart, use_up


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, where clients can be told apart."""
    _, bucket = facts_of(subject)
    if bucket.per == "ip":
        return NotApplicable("the limit is per address, and the run has one address")
    return explain_rest(subject) or apply_to_lowest(subject, 1)


def script(subject: Subject) -> Script:
    """Use the limit of one client up, then send a request as another."""
    sender = yield from obtain_spent(subject)
    other = yield from obtain_other(subject, sender)
    theirs = yield from build.valid_request(subject, identity=other)
    request = yield from build.valid_request(subject, identity=sender)
    yield from rest(subject, other)
    yield from use_up(subject, request)
    yield from steps.send(theirs, Role.TABLE, paced=False)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the limit refused the other client."""
    _, bucket = facts_of(subject)
    return judge_apart(subject, transcript, f"another {bucket.per}")


CHECK = Check(
    title="A limit that one client has used up refuses no other client",
    failure_title="A limit that one client has used up refuses another client",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("refused", Severity.HIGH, Confirm.FRESH),),
    proven_by={"refused": ("ratelimit/counts-clients-together",)},
    provokes=REFUSALS,
    accepted=True,
)
