"""A request that a limit refuses changes nothing."""

from __future__ import annotations

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
    Request,
    Role,
    Script,
    Severity,
    Steps,
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
from apicheck.checks.ratelimit._writes import MOST, choose_writes, creates

_FOR_EACH = 5
"""Requests for each kind of write: what it needs, two readings or a list, and itself."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the buckets with the lowest limits that count writes whose effects can be read."""
    _, bucket = facts_of(subject)
    writes = choose_writes(subject)
    found = apply_to_lowest(
        subject,
        _FOR_EACH * len(writes),
        lambda name: name == bucket.name and bool(writes),
        most=MOST,
    )
    if isinstance(found, Applies) and subject.context.mode is not Mode.FULL:
        why = "a write over the limit would change something if the limit did not refuse it"
        return NotTested(NotTestedKind.READ_ONLY, why, '[safety]\nmode = "full"')
    return found


def script(subject: Subject) -> Script:
    """Use the limit up, send a write of each kind that is refused, and look for its effect."""
    sender = yield from obtain_sender(subject)
    writes = choose_writes(subject)
    changes = []
    made = []
    for write in writes:
        request = yield from build.valid_request(write, identity=sender, fresh=True)
        if creates(write):
            made.append((write, request))
        else:
            changes.append((yield from _read_before(write, request)))
    plain = yield from build.valid_request(subject, identity=sender)
    yield from use_up(subject, plain)
    for refused, _, _ in changes:
        yield from steps.send(refused, paced=False)
    for write, refused in made:
        yield from creations.probe_refused_create(write, refused, refused, paced=False)
    for _, read, before in changes:
        yield from readback.read_afterwards(read, before)


def _read_before(write: Subject, request: Request) -> Steps[tuple[Request, Request, Exchange]]:
    """A request that changes its object visibly, the one that reads that, and its reading."""
    read = readback.build_read(write, request)
    before = yield from steps.send(read, Role.SETUP)
    return readback.ask_for_visible_change(write, request, before), read, before


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the effect of a refused write shows.

    A limit that recovers meanwhile admits some of the writes, which says nothing of the others.
    """
    limits, _ = facts_of(subject)
    seen: list[Judgement] = []
    came = "nothing"
    for write in choose_writes(subject):
        tried = [one for one in transcript.exercised if one.request.operation == write.op.id]
        if tried and is_refused(limits, tried[-1]):
            judge_one = _judge_creation if creates(write) else _judge_object
            seen.append(judge_one(write, tried[-1], transcript))
        elif tried:
            came = describe(tried[-1])
    if not seen:
        return Inconclusive(f"the limit did not refuse the write ({came})")
    return min(seen, key=_rank)


def _rank(judgement: Judgement) -> int:
    """What counts of several writes: a failure, else what could not be judged, else a pass."""
    match judgement:
        case Failure():
            return 0
        case Inconclusive():
            return 1
        case None:
            return 2
    return 3


def _judge_creation(write: Subject, _: Exchange, transcript: Transcript) -> Judgement:
    found = creations.judge_refused_create(write, transcript)
    return replace(found, outcome="performed") if isinstance(found, Failure) else found


def _judge_object(write: Subject, refused: Exchange, transcript: Transcript) -> Judgement:
    path = readback.build_read(write, refused.request).path
    admitted = (one for one in transcript.exchanges if one.role is not Role.THROTTLED)
    read = [one for one in admitted if _reads(one, path)]
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


def _reads(exchange: Exchange, path: str) -> bool:
    return exchange.request.method == "GET" and exchange.request.path == path


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
    proven_by={
        "performed": (
            "ratelimit/acts-before-it-refuses",
            "ratelimit/changes-before-it-refuses",
            "ratelimit/deletes-before-it-refuses",
        )
    },
    provokes=REFUSALS,
    accepted=True,
)
