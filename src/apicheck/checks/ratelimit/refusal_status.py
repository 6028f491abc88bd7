"""A request over a limit is refused with the status that the policy promises."""

from __future__ import annotations

from collections.abc import Sequence

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
from apicheck.checks.ratelimit._holders import obtain_sender, recall_spent, rest
from apicheck.checks.ratelimit._schedule import (
    MANY_REQUESTS,
    is_refused,
    limit_of,
    recovery_of,
)
from apicheck.checks.ratelimit._using_up import apply_to_lowest, explain_rest

_MORE = 3
"""Requests that must be refused alike, one after the other."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the bucket with the lowest limit."""
    return explain_rest(subject) or apply_to_lowest(subject, _MORE + 1)


def script(subject: Subject) -> Script:
    """Send one request more than the limit; if its status is not the promised one, go on.

    Whether it was the limit is shown by more requests that are refused alike, and by a success
    when the limit has recovered. Where another check has used the limit up, and it still refuses
    as promised, that is enough.
    """
    limits, bucket = facts_of(subject)
    if (spent := (yield from recall_spent(subject))) is not None:
        again = yield from build.valid_request(subject, identity=spent)
        if is_refused(limits, (yield from steps.send(again, paced=False))):
            return
    sender = yield from obtain_sender(subject)
    request = yield from build.valid_request(subject, identity=sender)
    yield from rest(subject, sender)
    most = 2 * max(limit_of(bucket), bucket.burst or 0)
    refused = yield from steps.send(request, paced=False)
    for _ in range(most):
        if not refused.succeeded:
            break
        refused = yield from steps.send(request, paced=False)
    if refused.succeeded or is_refused(limits, refused):
        return
    for _ in range(_MORE - 1):
        yield from steps.send(request, paced=False)
    yield from steps.wait(1.025 * recovery_of(bucket), f"the limit {bucket.name} recovers")
    yield from steps.send(request, Role.SETUP, paced=False)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the limit refused with another status."""
    limits, bucket = facts_of(subject)
    sent = _list_burst(transcript.exercised, recovery_of(bucket))
    first = next((number for number, one in enumerate(sent) if not one.succeeded), None)
    if first is None:
        return Inconclusive(f"the limit of {bucket.limit} requests refused none of {len(sent)}")
    if is_refused(limits, sent[first]):
        return None
    due = str((limits.refusal or MANY_REQUESTS).statuses)
    if first >= limit_of(bucket) and _refuses_alike(sent[first:], transcript):
        expected = f"{due} for request {first + 1} of a limit of {bucket.limit}"
        return Failure("wrong-status", expected, describe(sent[first]), exchange=sent[first].id)
    return Inconclusive(f"the response was {describe(sent[first])}, for another reason")


def _list_burst(exercised: Sequence[Exchange], silence_s: float) -> list[Exchange]:
    """The last requests of one sender, since a silence in which a limit recovers."""
    sent = sorted(exercised, key=lambda one: one.sent_at)
    own = [one for one in sent if one.request.identity == sent[-1].request.identity]
    begin = max(
        (n for n in range(1, len(own)) if own[n].sent_at - own[n - 1].received_at >= silence_s),
        default=0,
    )
    return own[begin:]


def _refuses_alike(refused: list[Exchange], transcript: Transcript) -> bool:
    """Whether requests were refused with one status, and admitted again when time had passed."""
    again = [one for one in transcript.of_role(Role.SETUP) if one.sent_at > refused[0].sent_at]
    alike = {one.status for one in refused} == {refused[0].status}
    return len(refused) >= _MORE and alike and bool(again) and again[-1].succeeded


CHECK = Check(
    title="A request over a limit is refused with the promised status",
    failure_title="A request over a limit is refused with another status than the promised one",
    subject_kind=SubjectKind.BUCKET,
    applies=applies,
    script=script,
    judge=judge,
    reads=("rate_limits.refusal",),
    standards=("rfc6585#4",),
    outcomes=(Outcome("wrong-status", Severity.MEDIUM, Confirm.FRESH),),
    proven_by={"wrong-status": ("ratelimit/refusal-with-other-status",)},
    provokes=REFUSALS,
    accepted=True,
)
