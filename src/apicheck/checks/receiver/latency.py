"""A delivery is acknowledged before its sender gives up."""

from __future__ import annotations

from statistics import median

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.authoring.facts import Webhooks
from apicheck.checks.receiver import _forgeries
from apicheck.checks.receiver._variants import lengthen

_TIMES = 3
_FACT = "webhooks.delivery.timeout"
_NO_DEADLINE = NotApplicable("the policy does not say when the sender gives up")


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the policy says when the sender gives up."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, NotApplicable):
        return found
    if _find_deadline(subject) is None:
        return _NO_DEADLINE
    return Applies(requests=_TIMES, facts=(_FACT,))


def script(subject: Subject) -> Script:
    """Send longer deliveries than the usual one: processing them takes longer too."""
    request = lengthen(deliveries.build_delivery(subject))
    for _ in range(_TIMES):
        yield from steps.send((yield from steps.sign(request)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Most must be acknowledged in time; a single late one may be a matter of the network."""
    sent, deadline = transcript.exercised, _find_deadline(subject) or 0.0
    refused = next((one for one in sent if not one.succeeded), None)
    if refused is not None:
        return Inconclusive(f"a longer delivery was not accepted ({describe(refused)})")
    took = median(one.received_at - one.sent_at for one in sent)
    if took <= deadline:
        return None
    slowest = max(sent, key=lambda one: one.received_at - one.sent_at)
    return Failure(
        "late", f"2xx within {deadline:g} s", f"2xx after {took:.1f} s", exchange=slowest.id
    )


def _find_deadline(subject: Subject) -> float | None:
    webhooks = subject.facts.webhooks
    return webhooks.delivery.timeout_s if isinstance(webhooks, Webhooks) else None


CHECK = Check(
    title="A delivery is acknowledged before its sender gives up",
    failure_title="A delivery is acknowledged when its sender has given up",
    applies=applies,
    script=script,
    judge=judge,
    reads=(*_forgeries.FACTS, _FACT),
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("late", Severity.HIGH),),
    proven_by={"late": ("receiver/works-before-it-responds",)},
    accepted=True,
)
