"""A delivery whose body differs from what was signed is refused."""

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
from apicheck.checks.receiver._variants import enlarge

_LONG = 1_000_000
_LONG_ROW = "body-long"
_LONGER = "body-longer"

_DECODED = "decoded"
_REPLACED = "bytes-replaced"

_find_cases = _forgeries.cases_named("body-", "digest-", "bytes-")


def cases(subject: Subject) -> tuple[Case, ...]:
    """The near misses of the body, and one of a body that is long."""
    found = _find_cases(subject)
    if all(one.name != _LONGER for one in found):
        return found
    usual = deliveries.build_delivery(subject)
    if enlarge(usual, 1) == usual:
        return found
    words = f"the body: a space is added at its end, {_LONG} bytes further than usual"
    return (*found, Case(_LONG_ROW, words))


def script(subject: Subject) -> Script:
    """Send the near miss of the case, then a valid delivery."""
    if subject.row.name != _LONG_ROW:
        yield from _forgeries.script(subject)
        return
    request = enlarge(deliveries.build_delivery(subject), _LONG)
    forged = yield from steps.sign(request, _LONGER, id=_forgeries.FORGED)
    sent = yield from steps.send(forged)  # it may be refused by closing the connection
    if sent.succeeded:
        yield from _forgeries.deliver_and_count(subject)
    else:
        yield from deliveries.deliver(subject)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It must be refused. Official libraries that read the body as text accept other bytes."""
    outcome = _DECODED if subject.row.name == _REPLACED else _forgeries.ACCEPTED
    return _forgeries.judge_forgery(subject, transcript, outcome)


CHECK = Check(
    title="A delivery whose body was changed is refused",
    failure_title="A delivery whose body was changed is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "its signatures do not cover the body"),
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL),
        Outcome("decoded", Severity.MEDIUM),
        Outcome("error", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "receiver/strips-body",
            "receiver/verifies-rewritten-body",
            "receiver/verifies-short-bodies-alone",
        ),
        "decoded": ("receiver/decodes-body",),
        "error": ("receiver/fails-on-empty-body",),
    },
)
