"""A delivery that is signed with the secret of another tenant is refused."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    deliveries,
    steps,
)
from apicheck.checks.receiver import _forgeries

_ROWS = (Case("secret-foreign", "it is signed with the secret of another tenant"),)
_ALONE = NotApplicable(
    "no secret of another tenant is given (--other-secret-env, or [receiver] other_secret_env)"
)


def applies(subject: Subject) -> Applies | NotApplicable:
    """Where the target names the secret of another tenant: many receivers have one tenant alone."""
    found = _forgeries.applies_to(subject)
    if isinstance(found, Applies) and "foreign_secret" not in subject.context.capabilities:
        return _ALONE
    return found


def cases(_: Subject) -> tuple[Case, ...]:
    """One forgery."""
    return _ROWS


def script(subject: Subject) -> Script:
    """Sign as another tenant, then as the receiver's own."""
    request = deliveries.build_delivery(subject)
    forged = yield from steps.sign(request, foreign=True, id=_forgeries.FORGED)
    yield from _forgeries.send_forgery(subject, forged)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """It must be refused. A 5xx is a refusal here: receiver/signature judges errors."""
    found = _forgeries.judge_forgery(subject, transcript)
    is_error = isinstance(found, Failure) and found.outcome == _forgeries.ERROR
    return None if is_error else found


CHECK = Check(
    title="A delivery signed with the secret of another tenant is refused",
    failure_title="A delivery signed with the secret of another tenant is accepted",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=_forgeries.FACTS,
    actor="receiver",
    standards=("standard-webhooks-1.0.0",),
    outcomes=(Outcome("accepted", Severity.CRITICAL),),
    proven_by={"accepted": ("receiver/accepts-secret-of-another-tenant",)},
)
