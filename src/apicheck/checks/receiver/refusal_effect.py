"""A forgery has no effect, and its response says so."""

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
    forged = yield from steps.sign(request, subject.row.name, id=_forgeries.FORGED)
    yield from steps.send(forged)
    yield from _forgeries.see_effects(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What is accepted and has an effect, other checks report."""
    sent = transcript.exercised[0]
    valid, forged = _effects.read_counts(transcript)
    if not valid:
        return Inconclusive("the effects do not show a valid delivery either")
    about = f"({subject.row.value})"
    if sent.succeeded and not forged:
        expected = f"a refusal, by 4xx, of what has no effect {about}"
        actual = f"{describe(sent)}, and its id not among the processed ones"
        return Failure("acknowledged", expected, actual, subject.row.name, sent.id)
    if sent.succeeded or not forged:
        return None
    expected = f"no effect of a delivery that is refused {about}"
    actual = f"{describe(sent)}, and its id among the processed ones"
    return Failure("performed", expected, actual, subject.row.name, sent.id)


CHECK = Check(
    title="A forgery has no effect, and its response says so",
    failure_title="A forgery has an effect though it is refused, or none though it is accepted",
    applies=_forgeries.applies_with_effects,
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("performed", Severity.CRITICAL),
        Outcome("acknowledged", Severity.MEDIUM),
    ),
    proven_by={
        "performed": ("receiver/processes-before-verifying",),
        "acknowledged": ("receiver/acknowledges-what-it-refuses",),
    },
)
