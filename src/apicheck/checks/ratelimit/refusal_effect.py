"""A request that a limit refuses changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Recipe,
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    creations,
    describe,
    readback,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_sender
from apicheck.checks.ratelimit._schedule import is_refused
from apicheck.checks.ratelimit._using_up import apply_to_lowest, use_up

_MOST = 100
_FURTHER = 5


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit of those that count a write whose effect can be read."""
    found = apply_to_lowest(
        subject, _FURTHER, lambda name: _find_write(subject, name) is not None, most=_MOST
    )
    if isinstance(found, Applies) and subject.context.mode is not Mode.FULL:
        why = "a write over the limit would change something if the limit did not refuse it"
        return NotTested(NotTestedKind.READ_ONLY, why, '[safety]\nmode = "full"')
    return found


def _find_write(subject: Subject, bucket: str) -> Subject | None:
    """An operation of a bucket that writes, as the subject of its own; None where there is none.

    Its effect shows in a list, or in the object that it changes.
    """
    for write in _list_writes(subject, bucket):
        if creations.list_operation(write) and creations.unique_member(write):
            return write
    return next((w for w in _list_writes(subject, bucket) if _changes_an_object(w)), None)


def _list_writes(subject: Subject, bucket: str) -> Iterator[Subject]:
    context = subject.context
    for operation in context.spec.operations:
        counted = context.bucket_of.get(operation.id) == bucket and operation.id in context.actors
        if counted and not operation.safe and isinstance(context.recipes[operation.id], Recipe):
            yield replace(subject, operation=operation)


def _changes_an_object(write: Subject) -> bool:
    """Whether the run can create the object that an operation changes, and read it."""
    recipe = write.context.recipes[write.op.id]
    made = isinstance(recipe, Recipe) and any(need.place == "path" for need in recipe.needs)
    return made and readback.read_operation(write) is not None


def script(subject: Subject) -> Script:
    """Use the limit up, send a write that is refused, and look for its effect."""
    sender = yield from obtain_sender(subject)
    write = _find_write(subject, subject.key)
    assert write is not None  # applies() made sure
    refused = yield from build.valid_request(write, identity=sender, fresh=True)
    plain = yield from build.valid_request(subject, identity=sender)
    if creations.list_operation(write) and creations.unique_member(write):
        yield from use_up(subject, plain)
        yield from creations.probe_refused_create(write, refused, refused, paced=False)
        return
    read = readback.build_read(write, refused)
    before = yield from steps.send(read, Role.SETUP)
    yield from use_up(subject, plain)
    yield from steps.send(refused, paced=False)
    yield from readback.read_afterwards(read, before)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the effect shows."""
    limits, bucket = facts_of(subject)
    write = _find_write(subject, bucket.name)
    assert write is not None  # applies() made sure
    tried = [one for one in transcript.exercised if one.request.operation == write.op.id]
    if not tried or not is_refused(limits, tried[-1]):
        came = describe(tried[-1]) if tried else "nothing"
        return Inconclusive(f"the limit did not refuse the write ({came})")
    if creations.list_operation(write) and creations.unique_member(write):
        found = creations.judge_refused_create(write, transcript)
        return replace(found, outcome="performed") if isinstance(found, Failure) else found
    return _judge_object(write, tried[-1], transcript)


def _judge_object(write: Subject, refused: Exchange, transcript: Transcript) -> Judgement:
    reader = readback.read_operation(write)
    read = [one for one in transcript.exchanges if reader and one.request.operation == reader.id]
    before = [one for one in read if one.role is Role.SETUP and one.sent_at < refused.sent_at]
    after = [one for one in read if one.sent_at > refused.sent_at]
    if not before or not after or not before[-1].succeeded:
        return Inconclusive("the object could not be read")
    if after[-1].status != before[-1].status:
        expected = f"{describe(before[-1])} for the object, as before the refused request"
        return Failure("performed", expected, describe(after[-1]), exchange=refused.id)
    if changed := readback.changed_members(refused.request, before[-1], after):
        names = ", ".join(filter(None, changed)) or "the body"
        expected = "the same object as before the refused request"
        return Failure("performed", expected, f"{names} changed", exchange=refused.id)
    return None


CHECK = Check(
    title="A request that a limit refuses changes nothing",
    failure_title="A request that a limit refuses is performed all the same",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4", "rfc9110#15.5"),
    outcomes=(Outcome("performed", Severity.CRITICAL, Confirm.FRESH),),
    proven_by={"performed": ("ratelimit/acts-before-it-refuses",)},
    provokes=REFUSALS,
    accepted=True,
)
