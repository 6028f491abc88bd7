"""A forgery is refused by every method."""

from __future__ import annotations

from dataclasses import replace

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

_METHODS = ("PUT", "PATCH", "DELETE")
_FORGERY = "secret-another"
_NOT_IMPLEMENTED = 501


def cases(_: Subject) -> tuple[Case, ...]:
    """Methods with a body besides that of deliveries; GET may show a page."""
    words = "the delivery: it is signed with another secret, and is sent by {}"
    return tuple(Case(method, words.format(method)) for method in _METHODS)


def script(subject: Subject) -> Script:
    """Send a forgery by the method, then a valid delivery."""
    request = deliveries.build_delivery(subject)
    forged = yield from steps.sign(request, _FORGERY, id=_forgeries.FORGED)
    forged = replace(forged, method=subject.row.name, operation="")
    yield from _forgeries.send_forgery(subject, forged)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Any refusal will do, 501 too (RFC 9110, section 15.6.2)."""
    sent = _survival.read_exchanges(transcript)[0]
    if sent.status == _NOT_IMPLEMENTED:
        return None
    return _forgeries.judge_forgery(subject, transcript)


CHECK = Check(
    title="A forgery by another method is refused",
    failure_title="A forgery by another method is accepted, or breaks the receiver",
    applies=_forgeries.applies_to,
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("rfc9110#15.5.6", "rfc9110#15.6.2"),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("error", Severity.LOW)),
    proven_by={
        "accepted": ("receiver/verifies-post-alone",),
        "error": ("receiver/fails-on-other-methods",),
    },
)
