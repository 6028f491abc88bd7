"""A limit that is used up refuses no operation that counts in another bucket."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Exchange,
    Identity,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    Outcome,
    Recipe,
    Request,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    SubjectKind,
    Transcript,
    build,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_sender, recall_spent, rest
from apicheck.checks.ratelimit._using_up import apply_to_lowest, judge_apart, use_up


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, where an operation counts in another one."""
    if next(_list_operations(subject), None) is None:
        return NotApplicable("no operation that the run can send counts in another bucket")
    return apply_to_lowest(subject, 1, seconds=0.0)


def _list_operations(subject: Subject) -> Iterator[str]:
    """Operations of other buckets that need no object: safe ones, then others that may be sent."""
    limits, bucket = facts_of(subject)
    context = subject.context
    for operation in sorted(context.spec.operations, key=lambda one: not one.safe):
        other = limits.buckets.get(context.bucket_of.get(operation.id, ""))
        recipe = context.recipes[operation.id]
        if other is None or {other.name, *other.also} & {bucket.name, *bucket.also}:
            continue
        known = operation.id in context.actors and operation.id in context.secured
        allowed = operation.safe or context.mode is Mode.FULL
        simple = isinstance(recipe, Recipe) and not recipe.needs and not recipe.consumes
        if known and allowed and simple and other.limit != 1:
            yield operation.id


def script(subject: Subject) -> Script:
    """Use a limit up, then ask for an operation of another bucket.

    Whoever has used the limit up already is asked first whether the other operation is admitted:
    where that is refused, only a limit that refuses nothing yet can tell why.
    """
    spent = yield from recall_spent(subject)
    sender = spent or (yield from obtain_sender(subject))
    elsewhere, before = yield from _ask_elsewhere(subject, sender)
    if not before.succeeded and spent is not None:
        sender = yield from obtain_sender(subject)
        if "clock" in subject.context.capabilities:
            yield from rest(subject, sender)
        elsewhere, before = yield from _ask_elsewhere(subject, sender)
    if not before.succeeded:
        return
    request = yield from build.valid_request(subject, identity=sender)
    yield from use_up(subject, request)
    yield from steps.send(elsewhere, Role.TABLE, paced=False)


def _ask_elsewhere(subject: Subject, sender: Identity) -> Steps[tuple[Request, Exchange]]:
    other = next(_list_operations(subject))
    elsewhere = yield from build.valid_request(subject, other, identity=sender)
    return elsewhere, (yield from steps.send(elsewhere, Role.CONTROL))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the limit refused the other operation."""
    return judge_apart(subject, transcript, f"{next(_list_operations(subject))}, counted apart")


CHECK = Check(
    title="A limit that is used up refuses no operation that counts apart",
    failure_title="A limit that is used up refuses an operation that counts apart",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("refused", Severity.HIGH, Confirm.FRESH),),
    proven_by={"refused": ("ratelimit/refuses-other-operations",)},
    provokes=REFUSALS,
    accepted=True,
)
