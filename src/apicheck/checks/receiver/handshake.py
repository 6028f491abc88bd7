"""A challenge is sent back to the provider alone."""

from __future__ import annotations

from apicheck.authoring import Check, Judgement, Outcome, Severity, Subject, Transcript
from apicheck.checks.receiver import _forgeries, _survival

_CHALLENGE = b"apicheck"

cases = _forgeries.cases_named("handshake-")


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It must be refused. The challenge in a response tells more than any status."""
    sent = _survival.read_exchanges(transcript)[0]
    if sent.succeeded and sent.response and _CHALLENGE in sent.response.body:
        return _forgeries.judge_forgery(subject, transcript, by_status=True)
    return _forgeries.judge_without_own_id(subject, transcript)


CHECK = Check(
    title="A forged handshake is refused",
    failure_title="A forged handshake is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "its deliveries are no JSON, or its handshake unknown"),
    cases=cases,
    script=_forgeries.script_without_own_id,
    judge=judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("https://docs.slack.dev/reference/events/url_verification",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("error", Severity.LOW)),
    proven_by={
        "accepted": ("receiver/sends-challenges-back",),
        "error": ("receiver/fails-on-forged-challenges",),
    },
)
