"""A repeated delivery is signed like the first, with the time at which it is sent."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Script,
    Subject,
    SubjectKind,
    Transcript,
)
from apicheck.authoring.facts import Signature, Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks, _retries
from apicheck.checks.webhooks._signed import OUTCOMES, judge_signed

_REFUSED = 503


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy promises signatures and retries."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and not isinstance(webhooks.signature, Signature):
        return NotApplicable("the policy promises no signature")
    waits = _retries.longest_wait(subject) if _retries.list_gaps(subject) else 0.0
    return _retries.find_obstacle(subject) or _hooks.make_applies(
        subject, "webhooks.signature", requests=2, waits=waits, moves_clock=True
    )


def script(subject: Subject) -> Script:
    """Refuse a delivery until a retry is older than the tolerance of the signature allows.

    Where no clock can be moved, the first retry is the last that is waited for.
    """
    event = _hooks.list_events(subject)[0]
    hook = yield from _hooks.subscribe(subject, event, respond=_REFUSED)
    yield from _hooks.cause(subject, event)
    first = yield from _arrivals.expect(subject, hook, event)
    for number in range(len(_list_awaited(subject))):
        if not (yield from _retries.await_retry(subject, hook, first, number)):
            return


def _list_awaited(subject: Subject) -> tuple[float, ...]:
    """The gaps up to the first retry that comes later than a receiver tolerates."""
    gaps, signature = _retries.list_gaps(subject), _hooks.facts_of(subject).signature
    assert isinstance(signature, Signature)  # see `applies`
    if not _hooks.has_clock(subject):
        return gaps[:1]
    passed = 0.0
    for number, gap in enumerate(gaps, 1):
        passed += gap
        if passed > signature.tolerance_s:
            return gaps[:number]
    return gaps


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Every retry must be valid when it comes."""
    retries = _hooks.deliveries(transcript, 0)[1:]
    if not retries:
        return Inconclusive("no delivery was repeated")
    return judge_signed(subject, transcript, retries)


CHECK = Check(
    title="Repeated deliveries are signed when they are sent",
    failure_title="A repeated delivery is not signed when it is sent",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.signature", "webhooks.delivery.retries"),
    standards=("standard-webhooks-1.0.0",),
    outcomes=OUTCOMES,
    proven_by={
        "absent": ("webhooks/unsigned-retries",),
        "invalid": ("webhooks/signs-retries-with-other-secret",),
        "stale": ("webhooks/signs-retries-as-of-the-first",),
    },
    accepted=True,
)
