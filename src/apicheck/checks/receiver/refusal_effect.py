"""A delivery that is refused has no effect."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Inconclusive,
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
from apicheck.checks.receiver import _effects, _forgeries

_ROWS = ("secret-another", "signature-absent", "body-byte", "time-stale")


def cases(subject: Subject) -> tuple[Case, ...]:
    """A few forgeries of different kinds."""
    found = _forgeries.describe_forgeries(subject)
    return tuple(Case(name, found[name]) for name in _ROWS if name in found)


def script(subject: Subject) -> Script:
    """Send a forgery, then a valid delivery; see which of them was processed."""
    request = deliveries.build_delivery(subject)
    forged = yield from steps.sign(request, subject.row.name, id="forged")
    yield from steps.send(forged)
    yield from _effects.deliver_as(subject, "valid")
    yield from _effects.count("valid", 1)
    yield from _effects.count("forged")


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What is accepted, other checks report."""
    sent = transcript.exercised[0]
    valid, forged = _effects.read_counts(transcript)
    if not valid:
        return Inconclusive("the effects do not show a valid delivery either")
    if sent.succeeded or not forged:
        return None
    return Failure(
        "performed",
        f"no effect of a delivery that is refused ({subject.row.value})",
        f"{describe(sent)}, and its id among the processed ones",
        subject.row.name,
        sent.id,
    )


CHECK = Check(
    title="A delivery that is refused has no effect",
    failure_title="A delivery that is refused has an effect",
    applies=_effects.applies_to,
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("performed", Severity.CRITICAL),),
    proven_by={"performed": ("receiver/processes-before-verifying",)},
)
