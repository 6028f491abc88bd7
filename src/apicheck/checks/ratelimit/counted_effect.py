"""A request that a limit refuses has no effect that the target's control counts."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    build,
    describe,
    readback,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_sender, recall_spent, rest
from apicheck.checks.ratelimit._schedule import is_refused
from apicheck.checks.ratelimit._using_up import apply_to_lowest, use_up
from apicheck.checks.ratelimit._writes import creates, list_writes

_NEEDED = {"mint", "effects"}
_FURTHER = 1


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the lowest limit of those that count a write whose effect no operation shows."""
    if not subject.context.capabilities >= _NEEDED:
        return NotApplicable("no control counts what an identity changes")
    found = apply_to_lowest(
        subject, _FURTHER, lambda name: _find_write(subject, name) is not None, most=100
    )
    if isinstance(found, Applies) and subject.context.mode is not Mode.FULL:
        why = "a write over the limit would change something if the limit did not refuse it"
        return NotTested(NotTestedKind.READ_ONLY, why, '[safety]\nmode = "full"')
    return found


def _find_write(subject: Subject, bucket: str) -> Subject | None:
    """A write of a bucket whose effect does not show; None where each shows, or there is none."""
    writes = list(list_writes(subject, bucket))
    return next((one for one in writes if not any(map(_shows, writes))), None)


def _shows(write: Subject) -> bool:
    """Whether a list or an object shows what an operation does: another check looks there."""
    return creates(write) or readback.read_operation(write) is not None


def script(subject: Subject) -> Script:
    """Use the limit up, and count before and after a write that it refuses."""
    write = _find_write(subject, subject.key)
    assert write is not None  # applies() made sure
    spent = yield from recall_spent(subject, write.op.id)
    sender = spent or (yield from obtain_sender(subject))
    refused = yield from build.valid_request(write, identity=sender, fresh=True)
    plain = yield from build.valid_request(subject, identity=sender)
    if spent is None:
        yield from rest(subject, sender)
    yield from use_up(subject, plain)
    yield from steps.ask("effects", identity=sender.name)
    yield from steps.send(refused, paced=False)
    yield from steps.ask("effects", identity=sender.name)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the count has grown."""
    limits, _ = facts_of(subject)
    refused = transcript.exercised[-1]
    if not is_refused(limits, refused):
        return Inconclusive(f"the limit did not refuse the write ({describe(refused)})")
    counts = [int(a["count"]) for a in transcript.answers if isinstance(a, dict) and "count" in a]
    if not counts:  # no identity of control's own, but one that a client got
        return NotApplicable("control does not count what this identity changes")
    if len(counts) < 2:
        return Inconclusive("control counted only once what the identity changed")
    if not counts[-2]:
        return NotApplicable("what the limit let through changed nothing that control counts")
    if further := counts[-1] - counts[-2]:
        expected = "no effect of the refused request"
        return Failure("performed", expected, f"{further} further change(s)", exchange=refused.id)
    return None


CHECK = Check(
    title="A request that a limit refuses has no effect that can be counted",
    failure_title="A request that a limit refuses has an effect all the same",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits",),
    standards=("rfc6585#4", "rfc9110#15.5"),
    outcomes=(Outcome("performed", Severity.CRITICAL, Confirm.FRESH),),
    proven_by={"performed": ("ratelimit/sends-before-it-refuses",)},
    provokes=REFUSALS,
    accepted=True,
)
