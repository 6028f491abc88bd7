"""A receiver ends its subscription by its response, where the policy says so."""

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
from apicheck.authoring.facts import Webhooks
from apicheck.checks.webhooks import _arrivals, _hooks, _marks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy names the status that ends a subscription."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and not (
        webhooks.delivery.ends_on and webhooks.delivery.ends_on.exact
    ):
        return NotApplicable("the policy names no status that ends a subscription")
    return _hooks.find_obstacle(subject) or _hooks.make_applies(
        subject, "webhooks.delivery.ends_on", requests=4, subscribes=2
    )


def script(subject: Subject) -> Script:
    """End the first of two subscriptions by its response, and cause the event again."""
    event, ends_on = _hooks.list_events(subject)[0], _hooks.facts_of(subject).delivery.ends_on
    assert ends_on is not None  # see `applies`
    ended = yield from _hooks.subscribe(subject, event, respond=ends_on.exact[0])
    witness = yield from _hooks.subscribe(subject, event)
    yield from _hooks.cause(subject, event)
    yield from _arrivals.expect(subject, ended, event)
    yield from _arrivals.expect(subject, witness, event)
    yield from _arrivals.see_more(subject, ended, witness)
    yield from _marks.cause(subject, event)
    yield from _arrivals.expect(subject, witness, event, "second")
    yield from _arrivals.see_more(subject, ended, witness)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The ended subscription must get nothing after the delivery that ended it."""
    if not (_hooks.deliveries(transcript, 0) and _hooks.deliveries_after(transcript, 1)):
        return Inconclusive("the subscription that was not ended did not get both deliveries")
    event = _hooks.list_events(subject)[0]
    for delivery in _marks.deliveries_of_last(subject, event, transcript, 0, witness=1):
        status = _hooks.facts_of(subject).delivery.ends_on
        expected = f"no delivery after the receiver has responded {status}"
        return Failure("delivered", expected, "another delivery", exchange=delivery.id)
    return None


CHECK = Check(
    title="A receiver can end its subscription as promised",
    failure_title="A receiver cannot end its subscription as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.ends_on",),
    standards=("rfc9110#15.5.11",),
    outcomes=(Outcome("delivered", Severity.MEDIUM),),
    proven_by={"delivered": ("webhooks/delivers-to-who-is-gone",)},
    accepted=True,
)
