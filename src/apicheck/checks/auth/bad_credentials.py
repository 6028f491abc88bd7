"""An operation that requires a credential refuses an invalid one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Credential,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    credentials,
    judging,
    refused,
)
from apicheck.checks.auth._bad_values import may_be_unread, rows
from apicheck.checks.auth._public import doubt
from apicheck.checks.auth._scope import is_still_valid, needs_no_credential
from apicheck.checks.auth._stranger import STRANGER, also_of_strangers

_REFUSED_IN_ANY_WAY = range(400, 500)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to every operation that needs a credential, where the policy promises its refusal."""
    if reason := needs_no_credential(subject):
        return reason
    expected = subject.facts.authentication.bad
    if expected is None:
        return NotApplicable("the policy promises no response to an invalid credential")
    return Applies(facts=("authentication.refusal",), promise=expected)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with an invalid credential."""
    yield from build.send_control(subject)
    yield from refused.send_refused(subject, partial(_alter, subject))


def _alter(subject: Subject, request: Request) -> Request:
    return request.with_bad_credentials(*_make_credentials(subject, request))


def _make_credentials(subject: Subject, request: Request) -> tuple[Credential, ...]:
    value = subject.row.value
    if isinstance(value, dict) and "whole" in value:
        return tuple(replace(one, value=str(value["whole"])) for one in request.credentials[:1])
    holder = build.identity_of(subject)
    if isinstance(value, dict):
        token, names = str(value["token"]), tuple(value["as"])
        return credentials.credentials_of(
            subject.context, subject.op.id, holder, token, alternative=names
        )
    return credentials.credentials_of(subject.context, subject.op.id, holder, str(value))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server accepts the credential, or else refuses it with another status."""
    for exchange in transcript.exercised:
        if _is_derived(subject) and is_still_valid(exchange):
            return NotApplicable("derived from this token, the value is the token itself")
    statuses = [one.status for one in transcript.exercised]
    if may_be_unread(subject.row) and all(not s or s in _REFUSED_IN_ANY_WAY for s in statuses):
        return None
    return doubt(subject, transcript, judging.judge_refused(transcript, subject.expected))


def _is_derived(subject: Subject) -> bool:
    """Whether the row changes the token; one that replaces the scheme sends the valid token."""
    value = subject.row.value
    return not (isinstance(value, dict) and "whole" in value)


def _alter_as_stranger(subject: Subject, request: Request) -> Request:
    sent = credentials.credentials_of(
        subject.context, subject.op.id, STRANGER, str(subject.row.value)
    )
    return request.with_bad_credentials(*sent)


CHECK = also_of_strangers(
    Check(
        title="An invalid credential is refused as promised",
        failure_title="An invalid credential is not refused as promised",
        applies=applies,
        cases=rows,
        rows_each=1,
        draws="bad-credential",
        script=script,
        judge=judge,
        reads=("authentication.refusal",),
        standards=("rfc9110#15.5.2", "rfc6750#3.1"),
        outcomes=(
            Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
            Outcome("wrong-status", Severity.MEDIUM),
        ),
        proven_by={
            "accepted": (
                "auth/accepts-any-token",
                "auth/compares-prefix",
                "auth/ignores-case",
                "auth/treats-percent-as-wildcard",
            ),
            "wrong-status": ("auth/bad-credentials-answered-with-other-status",),
        },
    ),
    _alter_as_stranger,
)
