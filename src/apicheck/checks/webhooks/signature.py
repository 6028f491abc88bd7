"""Every delivery of an event is signed as promised, with the secret of its subscription."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Direction,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Script,
    Subject,
    SubjectKind,
    Transcript,
)
from apicheck.authoring.facts import Signature
from apicheck.checks.webhooks import _arrivals, _hooks
from apicheck.checks.webhooks._signed import OUTCOMES, judge_signed


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every event that a known operation causes, where the policy promises a signature."""
    if not isinstance(_hooks.facts_of(subject).signature, Signature):
        return NotApplicable("the policy promises no signature")
    return _hooks.find_obstacle(subject) or _hooks.make_applies(
        subject, subject.fact, "webhooks.signature", requests=2
    )


def script(subject: Subject) -> Script:
    """Subscribe to the event, cause it, receive the deliveries."""
    assert subject.event is not None  # the subject is an event
    hook = yield from _hooks.subscribe(subject, subject.event)
    yield from _hooks.cause(subject, subject.event)
    yield from _arrivals.expect(subject, hook, subject.event)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Every delivery must be valid for the secret of its subscription."""
    deliveries = [x for x in transcript.exchanges if x.direction is Direction.IN]
    if not deliveries:
        return Inconclusive("nothing was delivered")
    return judge_signed(subject, transcript, deliveries)


CHECK = Check(
    title="Webhook deliveries are signed as promised",
    failure_title="A webhook delivery is not signed as promised",
    subject_kind=SubjectKind.EVENT,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.signature", "webhooks.subscriptions", "webhooks.events"),
    standards=("standard-webhooks-1.0.0",),
    outcomes=OUTCOMES,
    proven_by={
        "absent": ("webhooks/unsigned",),
        "invalid": ("webhooks/signs-with-other-secret", "webhooks/signs-parsed-body"),
        "stale": ("webhooks/stale-timestamp",),
    },
    accepted=True,
)
