"""While a secret is changed, a delivery with two signatures is accepted."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    describe,
    steps,
)
from apicheck.checks.receiver import _forgeries


def cases(subject: Subject) -> tuple[Case, ...]:
    """Deliveries with a valid signature and one of another secret, in both orders."""
    found = deliveries.describe_rotations(subject)
    return tuple(Case(name, about) for name, about in found.items())


def script(subject: Subject) -> Script:
    """Send the delivery of the case, then a usual one."""
    request = deliveries.build_delivery(subject)
    yield from steps.send((yield from steps.sign(request, subject.row.name)))
    yield from deliveries.deliver(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """One valid signature is enough."""
    sent = transcript.exercised[0]
    if sent.succeeded:
        return None
    expected = f"2xx: of its signatures, {subject.row.value}"
    return Failure("refused", expected, describe(sent), subject.row.name, sent.id)


CHECK = Check(
    title="A delivery with the signatures of two secrets is accepted",
    failure_title="A delivery with the signatures of two secrets is not accepted",
    applies=_forgeries.applies_where(cases, "the scheme has one signature in a delivery"),
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("refused", Severity.HIGH),),
    proven_by={"refused": ("receiver/reads-first-signature",)},
    accepted=True,
)
