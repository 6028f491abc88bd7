"""A delivery whose time was changed, or is far from now, is refused."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _forgeries, _survival

_DAY_S = 86_400.0
_OLD = Case("time-old", "the delivery: it was signed a day ago")
_OUTCOMES = {"time-old": "stale", "time-stale": "tolerance", "time-future": "future"}
_UNREAD = frozenset({"paddle"})
"""Schemes of which an official library reads no time, as Paddle's for Go: a warning there."""
_near_misses = _forgeries.cases_named("time-")


def cases(subject: Subject) -> tuple[Case, ...]:
    """The near misses, and a delivery that was signed a day ago, where times are signed."""
    found = _near_misses(subject)
    return (_OLD, *found) if found else ()


def script(subject: Subject) -> Script:
    """Send the near miss, or the old delivery; then a valid one."""
    if subject.row.name != _OLD.name:
        yield from _forgeries.script(subject)
        return
    request = deliveries.build_delivery(subject)
    old = yield from steps.sign(request, age_s=_DAY_S, id=_forgeries.FORGED)
    yield from _forgeries.send_forgery(subject, old)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It must be refused; what is barely beyond the tolerance has outcomes of its own."""
    outcome = _OUTCOMES.get(subject.row.name, _forgeries.ACCEPTED)
    signature = deliveries.receives(subject)
    if subject.row.name == _OLD.name and signature and signature.scheme in _UNREAD:
        outcome = "tolerance"
    return _forgeries.judge_forgery(subject, transcript, outcome)


CHECK = Check(
    title="A delivery of another time is refused",
    failure_title="A delivery of another time is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "its signatures cover no time"),
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL),
        Outcome("stale", Severity.HIGH),
        Outcome("tolerance", Severity.MEDIUM),
        Outcome("future", Severity.LOW),
        Outcome("error", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("receiver/accepts-times-nearby",),
        "stale": ("receiver/ignores-time",),
        "tolerance": ("receiver/tolerates-an-hour",),
        "future": ("receiver/accepts-the-future",),
        "error": ("receiver/fails-on-odd-time",),
    },
)
