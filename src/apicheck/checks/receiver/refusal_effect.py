"""A forgery gets no 2xx and has no effect."""

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
    """Send a forgery, then a valid delivery; note how often each was processed."""
    request = deliveries.build_delivery(subject)
    forged = yield from steps.sign(request, subject.row.name, id=_forgeries.FORGED)
    yield from steps.send(forged)
    yield from _forgeries.deliver_and_count(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A forgery that gets 2xx and has an effect is left to other checks."""
    sent = transcript.exercised[0]
    counts = _effects.read_counts(transcript)
    if not counts or not counts[0]:
        return Inconclusive("the effects do not show a valid delivery either")
    _, forged = counts
    about = f"({subject.row.value})"
    if sent.succeeded and not forged:
        expected = f"a refusal, by 4xx, of a delivery that has no effect {about}"
        actual = f"{describe(sent)}, and its id is not among the processed ones"
        return Failure("acknowledged", expected, actual, subject.row.name, sent.id)
    if sent.succeeded or not forged:
        return None
    expected = f"no effect of a delivery that is refused {about}"
    actual = f"{describe(sent)}, and its id is among the processed ones"
    return Failure("performed", expected, actual, subject.row.name, sent.id)


CHECK = Check(
    title="A forgery gets no 2xx and has no effect",
    failure_title="A refused forgery has an effect, or a forgery without an effect gets 2xx",
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
