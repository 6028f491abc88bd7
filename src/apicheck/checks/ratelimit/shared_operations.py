"""The operations of one bucket share its limit, those that write as well as those that read."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_sender
from apicheck.checks.ratelimit._using_up import (
    TRIALS,
    TURNS,
    apply_to_lowest,
    judge_shared,
    take_turns,
    use_up,
)

_MOST = 100


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit of those that count several operations."""
    return apply_to_lowest(
        subject,
        TURNS,
        lambda name: bool(_find_partner(subject, name)),
        least=TRIALS,
        most=_MOST,
        seconds=0.0,
    )


def _find_partner(subject: Subject, bucket: str) -> str:
    """Another operation of a bucket than the one that uses it up; "" where it has none.

    One that writes, if possible: a limiter may count what reads only.
    """
    context = subject.context
    taken = subject.operation.id if subject.operation and subject.key == bucket else ""
    found = [
        operation
        for operation in context.spec.operations
        if context.bucket_of.get(operation.id) == bucket
        and operation.id in context.actors
        and isinstance(context.recipes[operation.id], Recipe)
        and (operation.safe or context.mode is Mode.FULL)
    ]
    others = [operation for operation in found if operation.id != taken]
    if len(found) <= 1 or not others:
        return ""

    def rank(operation: object) -> tuple[bool, bool]:
        recipe = context.recipes[getattr(operation, "id", "")]
        return getattr(operation, "safe", True), isinstance(recipe, Recipe) and bool(recipe.needs)

    return min(others, key=rank).id


def script(subject: Subject) -> Script:
    """Use the limit up with one operation, then go on with another."""
    sender = yield from obtain_sender(subject)
    partner = _find_partner(subject, subject.key)
    tried = yield from build.valid_request(subject, partner, identity=sender, fresh=True)
    request = yield from build.valid_request(subject, identity=sender)
    yield from use_up(subject, request)
    yield from take_turns(subject, tried, request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the other operation was admitted each time."""
    _, bucket = facts_of(subject)
    partner = _find_partner(subject, bucket.name)
    return judge_shared(subject, transcript, f"{partner}, which {bucket.name} counts too")


CHECK = Check(
    title="The operations of a bucket share its limit",
    failure_title="An operation has a limit of its own, or none, beside that of its bucket",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("admitted", Severity.HIGH, Confirm.FRESH),),
    proven_by={"admitted": ("ratelimit/counts-operations-apart", "ratelimit/writes-cost-nothing")},
    provokes=REFUSALS,
    accepted=True,
)
