"""A delivery with a wrong, partial or missing signature is refused."""

from __future__ import annotations

from apicheck.authoring import Check, Judgement, Outcome, Severity, Subject, Transcript
from apicheck.checks.receiver import _forgeries, _survival

_UNVERSIONED = "unversioned"
_BARE = "version-absent"
"""The right signature without its version: no forgery, as nobody makes it without the secret."""

cases = _forgeries.cases_named(
    *("signature-", "secret-", "version-", "key-", "content-", "certificate-", "url-", "method-"),
    "target-",
)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It must be refused. The right signature without its version opens nothing to others."""
    outcome = _UNVERSIONED if subject.row.name == _BARE else _forgeries.ACCEPTED
    return _forgeries.judge_forgery(subject, transcript, outcome)


CHECK = Check(
    title="A delivery with a wrong signature is refused",
    failure_title="A delivery with a wrong signature is accepted, or breaks the receiver",
    applies=_forgeries.applies_where(cases, "the scheme has no signature"),
    cases=cases,
    draws="forgery",
    script=_forgeries.script,
    judge=judge,
    reads=_forgeries.FACTS,
    judges_errors=_survival.ENDED,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL),
        Outcome("unversioned", Severity.LOW),
        Outcome("error", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "receiver/accepts-empty-secret",
            "receiver/accepts-everything",
            "receiver/accepts-other-versions",
            "receiver/accepts-secret-as-text",
            "receiver/accepts-unsigned",
            "receiver/compares-beginning",
            "receiver/compares-without-case",
            "receiver/verifies-body-alone",
        ),
        "unversioned": ("receiver/accepts-absent-versions",),
        "error": ("receiver/fails-on-malformed-signature",),
    },
)
