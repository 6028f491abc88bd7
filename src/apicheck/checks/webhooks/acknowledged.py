"""A delivery that was acknowledged is not repeated."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
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
from apicheck.checks.webhooks import _arrivals, _hooks, _retries

_TRIED = (200, 202, 204)
_REFUSED = 500


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy names the statuses that acknowledge, and what is not is repeated."""
    webhooks = subject.facts.webhooks
    if isinstance(webhooks, Webhooks) and not webhooks.delivery.acknowledged:
        return NotApplicable("the policy does not say what acknowledges a delivery")
    waits = _retries.longest_wait(subject) if _retries.list_gaps(subject) else 0.0
    return _retries.find_obstacle(subject) or _hooks.make_applies(
        subject,
        "webhooks.delivery.acknowledged",
        requests=3,
        waits=waits,
        subscribes=2,
        moves_clock=True,
    )


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for a status that acknowledges, and one for another in the same class."""
    delivery = _hooks.facts_of(subject).delivery
    acknowledged = delivery.acknowledged or ()
    known = [s for s in _TRIED if s in acknowledged and s not in (delivery.ends_on or ())]
    return tuple(
        Case(f"responds {status}", status) for status in dict.fromkeys((*known[:1], *known[-1:]))
    )


def script(subject: Subject) -> Script:
    """Subscribe twice, acknowledge one delivery and refuse the other, until that is repeated."""
    event = _hooks.list_events(subject)[0]
    hook = yield from _hooks.subscribe(subject, event, respond=subject.row.value)
    witness = yield from _hooks.subscribe(subject, event, respond=_REFUSED)
    yield from _hooks.cause(subject, event)
    yield from _arrivals.expect(subject, hook, event)
    refused = yield from _arrivals.expect(subject, witness, event)
    if (yield from _retries.await_retry(subject, witness, refused, respond=200)):
        yield from _arrivals.see_more(subject, hook)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What was acknowledged must come once, though what was refused came again."""
    acknowledged, refused = (_hooks.deliveries(transcript, number) for number in (0, 1))
    if not acknowledged or not refused:
        return Inconclusive("nothing was delivered")
    came = _hooks.repetitions(subject, acknowledged)
    if len(came) > 1 and _hooks.may_be_of_another(subject, came[1]):
        return Inconclusive("without an id, a retry and another event look alike")
    if len(came) > 1:
        expected = f"no delivery again, as the receiver {subject.row.name}"
        return Failure("repeated", expected, "the delivery again", exchange=came[1].id)
    if len(_hooks.repetitions(subject, refused)) <= 1:
        return Inconclusive("what was not acknowledged was not repeated either")
    return None


CHECK = Check(
    title="A delivery that was acknowledged is not repeated",
    failure_title="A delivery that was acknowledged is repeated",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("webhooks.delivery.acknowledged", "webhooks.delivery.retries"),
    outcomes=(Outcome("repeated", Severity.MEDIUM),),
    proven_by={
        "repeated": (
            "webhooks/repeats-what-was-acknowledged",
            "webhooks/takes-200-alone-for-acknowledged",
        )
    },
    accepted=True,
)
