"""An authorization code is refused with another redirect URI than it was requested with."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Confirm,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    judging,
)
from apicheck.checks.oauth._client import body_members, discard_tokens
from apicheck.checks.oauth._codes import exchange_code, find_client, needs_codes, obtain_code
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation
from apicheck.checks.oauth._scopes import find_scoped


def script(subject: Subject) -> Script:
    """Have a code issued, and present it with another redirect URI."""
    client = find_client(subject)
    _, scopes = find_scoped(subject)
    code = yield from obtain_code(subject, client, *scopes)
    exchange = yield from exchange_code(
        subject, client, code, Role.TABLE, redirect_uri="https://apicheck.invalid/callback"
    )
    yield from discard_tokens(subject, client, body_members(exchange))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server accepts the code, or refuses it with another status."""
    return judging.judge_refused(transcript, subject.expected)


CHECK = Check(
    title="An authorization code with another redirect URI is refused as promised",
    failure_title="An authorization code with another redirect URI is not refused as promised",
    applies=applies_to(token_operation, requests=2, promise=bad_grant, unless=needs_codes),
    script=script,
    judge=judge,
    reads=("oauth", "oauth.bad_grant"),
    accepted=True,
    standards=("rfc6749#4.1.3", "rfc6749#5.2"),
    outcomes=(
        Outcome("accepted", Severity.LOW, Confirm.FRESH),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "accepted": ("oauth/code-works-with-any-redirect-uri",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
