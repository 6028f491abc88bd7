"""A subscription gets the events that it names, and no other."""

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
from apicheck.authoring.facts import Event
from apicheck.checks.webhooks import _arrivals, _hooks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where a subscription names events, of which the run can cause two apart."""
    if obstacle := _hooks.find_obstacle(subject, events=2):
        return obstacle
    webhooks = _hooks.facts_of(subject)
    if webhooks.subscriptions is not None and not webhooks.subscriptions.events:
        return NotApplicable("a subscription names no events")
    if "event" not in webhooks.payload:
        return NotApplicable("the policy does not say where a delivery names its event")
    return _hooks.make_applies(
        subject, "webhooks.events", "webhooks.subscriptions", requests=3, subscribes=2
    )


def script(subject: Subject) -> Script:
    """Subscribe to one event and cause another, for which a second subscription waits."""
    wanted, other = _choose(subject)
    hook = yield from _hooks.subscribe(subject, wanted)
    witness = yield from _hooks.subscribe(subject, other)
    yield from _hooks.cause(subject, other)
    yield from _arrivals.expect(subject, witness, other)
    yield from _arrivals.see_more(subject, hook)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Nothing that the first subscription gets may name another event of the policy."""
    if not _hooks.deliveries(transcript, 1):
        return Inconclusive("the subscription to the event that was caused got nothing either")
    webhooks, (wanted, _) = _hooks.facts_of(subject), _choose(subject)
    for delivery in _hooks.deliveries(transcript, 0):
        named = _hooks.read_event(webhooks, delivery)
        if named in webhooks.events and named not in (wanted.name, *wanted.aliases):
            expected = f"{wanted.name} alone, to which the subscription is"
            return Failure("other-event", expected, f"a delivery of {named}", named, delivery.id)
    return None


def _choose(subject: Subject) -> tuple[Event, Event]:
    """An event to subscribe to, and one with another cause."""
    first, *rest = _hooks.list_events(subject)
    return first, next(event for event in rest if event.cause != first.cause)


CHECK = Check(
    title="A subscription gets only the events that it names",
    failure_title="A subscription gets events that it does not name",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.events", "webhooks.subscriptions", "webhooks.payload.event"),
    outcomes=(Outcome("other-event", Severity.MEDIUM),),
    proven_by={"other-event": ("webhooks/delivers-every-event",)},
    accepted=True,
)
