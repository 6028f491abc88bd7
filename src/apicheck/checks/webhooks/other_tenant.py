"""The events of one tenant are delivered to no other."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    Identity,
    Inconclusive,
    Judgement,
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
)
from apicheck.checks.webhooks import _arrivals, _hooks, _marks


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where tenants do not see each other, and the run has an identity of a second one."""
    if "tenant" not in subject.facts.authorization.foreign:
        return NotApplicable("the policy does not keep the objects of tenants apart")
    if obstacle := _hooks.find_obstacle(subject, by_api=True):
        return obstacle
    if _find_other(subject) is None:
        lines = '[identities.other]\ntoken_env = "OTHER_TOKEN"\ntenant = "b"'
        reason = "no identity of a second tenant may subscribe and cause the event"
        return NotTested(NotTestedKind.NEEDS_IDENTITY, reason, lines)
    return _hooks.make_applies(
        subject, "authorization.foreign.tenant", "webhooks.events", requests=3, subscribes=2
    )


def script(subject: Subject) -> Script:
    """Subscribe as both tenants, and cause the event as the other one."""
    event, other = _hooks.list_events(subject)[0], _find_other(subject)
    assert other is not None  # see `applies`
    hook = yield from _hooks.subscribe(subject, event)
    witness = yield from _hooks.subscribe(subject, event, who=other)
    yield from _marks.cause(subject, event, other)
    yield from _arrivals.expect(subject, witness, event)
    yield from _arrivals.see_more(subject, hook, witness)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """The tenant that did not cause the event must hear nothing of it.

    Other scripts cause events of that tenant: this one is known by its marks.
    """
    came = _hooks.deliveries(transcript, 1)
    marks = _marks.list_marks(subject, _hooks.list_events(subject)[0], transcript)
    mark = next((mark for mark in marks if any(_marks.shows(one, mark) for one in came)), "")
    if not mark:
        reason = (
            "nothing in the delivery to the tenant that caused the event tells which event it is"
        )
        return Inconclusive(reason)
    for delivery in _hooks.deliveries(transcript, 0):
        if _marks.shows(delivery, mark):
            expected = "nothing, as another tenant caused the event"
            return Failure("delivered", expected, "a delivery", exchange=delivery.id)
    return None


def _find_other(subject: Subject) -> Identity | None:
    """An identity of another tenant than the subscriber's that may do all that is needed."""
    context, subscriptions = subject.context, _hooks.facts_of(subject).subscriptions
    event = next(iter(_hooks.list_events(subject)), None)
    if subscriptions is None or event is None:
        return None
    own = build.identity_of(subject, subscriptions.create)
    needed = (subscriptions.create, event.cause)
    return next(
        (
            one
            for one in context.identities.values()
            if own.tenant and one.tenant and one.tenant != own.tenant
            if one.state == "active" and one.placeholder
            if all(context.permits(one, operation) for operation in needed)
        ),
        None,
    )


CHECK = Check(
    title="The events of a tenant are delivered to no other",
    failure_title="The events of a tenant are delivered to another",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("authorization.foreign.tenant", "webhooks.events", "webhooks.subscriptions"),
    outcomes=(Outcome("delivered", Severity.CRITICAL),),
    proven_by={"delivered": ("webhooks/delivers-to-every-tenant",)},
    accepted=True,
)
