"""A subscription that was deleted gets nothing any more."""

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
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    steps,
)
from apicheck.checks.webhooks import _arrivals, _hooks, _marks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the API deletes subscriptions."""
    if obstacle := _hooks.find_obstacle(subject, by_api=True):
        return obstacle
    subscriptions = _hooks.facts_of(subject).subscriptions
    if subscriptions is None or not subscriptions.delete:
        return NotApplicable("the policy names no operation that deletes a subscription")
    return _hooks.make_applies(subject, "webhooks.subscriptions.delete", requests=4, subscribes=2)


def script(subject: Subject) -> Script:
    """Subscribe twice, delete the first subscription, and cause what the second one gets."""
    subscriptions = _hooks.facts_of(subject).subscriptions
    assert subscriptions is not None  # see `applies`
    event = _hooks.list_events(subject)[0]
    deleted = yield from _hooks.subscribe(subject, event)
    witness = yield from _hooks.subscribe(subject, event)
    request = _hooks.request_about(subject, subscriptions.delete, deleted)
    gone = yield from steps.send(request, Role.SETUP)
    if not gone.succeeded:
        steps.end_script(Inconclusive(f"the deletion of the subscription got {describe(gone)}"))
    yield from _arrivals.see_more(subject, deleted, witness)
    yield from _marks.cause(subject, event)
    yield from _arrivals.expect(subject, witness, event)
    yield from _arrivals.see_more(subject, deleted, witness)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The deleted subscription must get nothing."""
    if not _hooks.deliveries_after(transcript, 1):
        return Inconclusive("the subscription that was not deleted got nothing either")
    event = _hooks.list_events(subject)[0]
    for delivery in _marks.deliveries_of_last(subject, event, transcript, 0, witness=1):
        expected = "no delivery to a subscription that was deleted before the event"
        return Failure("delivered", expected, "a delivery", exchange=delivery.id)
    return None


CHECK = Check(
    title="A deleted subscription gets nothing",
    failure_title="A deleted subscription still gets deliveries",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.subscriptions", "webhooks.events"),
    outcomes=(Outcome("delivered", Severity.HIGH),),
    proven_by={"delivered": ("webhooks/delivers-after-deletion",)},
    accepted=True,
)
