"""Every promised event is delivered to who has subscribed to it, in time."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Direction,
    Exchange,
    Failure,
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
from apicheck.checks.webhooks import _arrivals, _hooks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every event that a known operation causes."""
    return _hooks.find_obstacle(subject) or _hooks.make_applies(
        subject, subject.fact, "webhooks.delivery.within", requests=2, moves_clock=True
    )


def script(subject: Subject) -> Script:
    """Subscribe to the event, cause it, receive the delivery, however late."""
    assert subject.event is not None  # the subject is an event
    hook = yield from _hooks.subscribe(subject, subject.event)
    yield from _hooks.cause(subject, subject.event)
    yield from _arrivals.await_promised(subject, hook, subject.event)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The event must come in the promised time. Without such a promise, it may come later."""
    webhooks, event = _hooks.facts_of(subject), subject.event
    assert event is not None  # the subject is an event
    came = _hooks.deliveries(transcript, 0)
    named = [_hooks.read_event(webhooks, one) for one in came]
    for delivery, name in zip(came, named, strict=True):
        if name in (event.name, *event.aliases) or name not in webhooks.events:
            return _judge_time(subject, transcript, delivery)
    if came:
        expected = f"a delivery of {event.name}, to which the subscription is"
        return Failure("other-event", expected, f"one of {named[0]}", exchange=came[0].id)
    waited = f"nothing came in {_arrivals.get_patience(subject):g} s"
    within = webhooks.delivery.within_s
    if within is None:
        return _arrivals.explain_missing(subject, event)
    return Failure("absent", f"a delivery of {subject.key} within {within:g} s", waited)


def _judge_time(subject: Subject, transcript: Transcript, delivery: Exchange) -> Judgement:
    """A delivery must come in the promised time after the response to what caused it."""
    within = _hooks.facts_of(subject).delivery.within_s
    caused = [one for one in transcript.exercised if one.direction is Direction.OUT]
    if within is None or not caused:
        return None
    passed = delivery.sent_at - caused[-1].received_at
    if passed <= within + _arrivals.MARGIN_S:
        return None
    expected = f"a delivery of {subject.key} within {within:g} s"
    return Failure("late", expected, f"it came after {passed:.1f} s", exchange=delivery.id)


CHECK = Check(
    title="Each promised event is delivered",
    failure_title="A promised event is not delivered",
    subject_kind=SubjectKind.EVENT,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.events", "webhooks.subscriptions", "webhooks.delivery.within"),
    outcomes=(
        Outcome("absent", Severity.HIGH),
        Outcome("late", Severity.MEDIUM),
        Outcome("other-event", Severity.HIGH),
    ),
    proven_by={
        "late": ("webhooks/delivers-late",),
        "other-event": ("webhooks/names-other-event",),
        "absent": (
            "webhooks/delivers-nothing",
            "webhooks/delivers-one-event-alone",
        ),
    },
    accepted=True,
)
