"""A refused client is told to wait no longer than it must."""

from __future__ import annotations

from collections.abc import Iterable

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Exchange,
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
    build,
    describe,
    steps,
)
from apicheck.checks.ratelimit._buckets import REFUSALS, facts_of
from apicheck.checks.ratelimit._holders import obtain_spent
from apicheck.checks.ratelimit._schedule import find_margin, is_refused
from apicheck.checks.ratelimit._using_up import apply_to_lowest, explain_time, use_up
from apicheck.checks.ratelimit._waiting import longest_memory, parse_wait


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit, where the policy says how late Retry-After may be."""
    limits, bucket = facts_of(subject)
    if limits.retry_after_late_s is None:
        return NotApplicable(
            "the policy does not say how much too long the wait may be"
            " (rate_limits.refusal.retry_after.late)"
        )
    longest = longest_memory(limits, bucket)
    most = explain_time(subject, longest)
    return most or apply_to_lowest(subject, 1, seconds=bucket.window_s)


def script(subject: Subject) -> Script:
    """Use the limit up, and ask again just before a true Retry-After could be over."""
    sender = yield from obtain_spent(subject)
    request = yield from build.valid_request(subject, identity=sender)
    refused = _choose(subject, (yield from use_up(subject, request)))
    if refused is None:
        steps.end_script(Inconclusive("no refusal says how long to wait"))
    wait = _find_early(subject, refused) - refused.received_at
    if wait <= 0:
        steps.end_script(Inconclusive("Retry-After asks for too short a wait to come back before"))
    yield from steps.wait(wait, "less than Retry-After says")
    yield from steps.send(request, Role.TABLE, paced=False)


def _choose(subject: Subject, sent: Iterable[Exchange]) -> Exchange | None:
    """The refusal that asks for the longest wait."""
    limits, _ = facts_of(subject)
    told = [x for x in sent if is_refused(limits, x) and _read_end(subject, x) is not None]
    return max(told, key=lambda one: _read_end(subject, one) or 0.0, default=None)


def _read_end(subject: Subject, refused: Exchange) -> float | None:
    """The earliest moment that a refusal can mean; None where it names none."""
    limits, _ = facts_of(subject)
    text, form = refused.received.header("Retry-After"), limits.retry_after
    if text is None or not isinstance(form, str):
        return None
    wait = parse_wait(form, text, refused.received)
    return None if wait is None else refused.sent_at + wait


def _find_early(subject: Subject, refused: Exchange) -> float:
    """The moment before which a request is refused, if the wait is no longer than promised."""
    limits, _ = facts_of(subject)
    late, margin = limits.retry_after_late_s or 0.0, find_margin(subject.context)
    return (_read_end(subject, refused) or 0.0) - late - margin


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where a request was admitted that surely came before the wait was over."""
    limits, _ = facts_of(subject)
    early = transcript.exercised[-1]
    refused = _choose(subject, transcript.of_role(Role.SETUP))
    if refused is None or is_refused(limits, early):
        return None
    if not early.succeeded:
        return Inconclusive(f"the response was {describe(early)}, for another reason")
    end = _read_end(subject, refused) or 0.0
    if early.received_at >= end - (limits.retry_after_late_s or 0.0):
        return Inconclusive("the request took so long that the wait was over")
    said = refused.received.header("Retry-After")
    expected = f"a wait that is at most {limits.retry_after_late_s:g} s longer than necessary"
    actual = (
        f"Retry-After: {said}; {describe(early)} {end - early.received_at:.1f} s before it was over"
    )
    return Failure("too-long", expected, actual, "Retry-After", early.id)


CHECK = Check(
    title="A refused client is told to wait no longer than it must",
    failure_title="A refused client is told to wait longer than it must",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits.refusal.retry_after",),
    standards=("rfc6585#4", "rfc9110#10.2.3"),
    outcomes=(Outcome("too-long", Severity.LOW, Confirm.FRESH),),
    proven_by={"too-long": ("ratelimit/retry-after-too-long",)},
    provokes=REFUSALS,
    accepted=True,
)
