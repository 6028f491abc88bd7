"""Every promised event is delivered to who has subscribed to it, in time."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
)
from apicheck.checks.webhooks import _hooks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every event that a known operation causes."""
    return _hooks.find_obstacle(subject) or _hooks.make_applies(
        subject, subject.fact, "webhooks.delivery.within", requests=2
    )


def script(subject: Subject) -> Script:
    """Subscribe to the event, cause it, receive the delivery."""
    assert subject.event is not None  # the subject is an event
    hook = yield from _hooks.subscribe(subject, subject.event)
    yield from _hooks.cause(subject, subject.event)
    patience = _hooks.get_patience(subject)
    yield from _hooks.await_delivery(subject, hook, subject.event, patience)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The event must come in the promised time. Without such a promise, it may come later."""
    webhooks, event = _hooks.facts_of(subject), subject.event
    assert event is not None  # the subject is an event
    came = _hooks.deliveries(transcript, 0)
    named = [_hooks.read_event(webhooks, one) for one in came]
    if any(name in (event.name, *event.aliases) or name not in webhooks.events for name in named):
        return None
    if came:
        expected = f"a delivery of {event.name}, to which the subscription is"
        return Failure("other-event", expected, f"one of {named[0]}", exchange=came[0].id)
    waited = f"nothing came in {_hooks.get_patience(subject):g} s"
    within = webhooks.delivery.within_s
    if within is None:
        return Inconclusive(f"{waited}, and the policy does not say when something comes")
    return Failure("absent", f"a delivery of {subject.key} within {within:g} s", waited)


CHECK = Check(
    title="Each promised event is delivered",
    failure_title="A promised event is not delivered",
    subject_kind=SubjectKind.EVENT,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.events", "webhooks.subscriptions", "webhooks.delivery.within"),
    outcomes=(Outcome("absent", Severity.HIGH), Outcome("other-event", Severity.HIGH)),
    proven_by={
        "other-event": ("webhooks/names-other-event",),
        "absent": (
            "webhooks/delivers-nothing",
            "webhooks/delivers-one-event-alone",
        ),
    },
    accepted=True,
)
