"""An authorization code works for the client that it was issued to, and for no other."""

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
    """Have a code issued to a client, and present it as another."""
    client = find_client(subject)
    other = next(one for one in subject.context.clients if one is not client)
    _, scopes = find_scoped(subject)
    code = yield from obtain_code(subject, client, *scopes)
    exchange = yield from exchange_code(subject, other, code, Role.TABLE)
    yield from discard_tokens(subject, other, body_members(exchange))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server accepts the code, or refuses it with another status."""
    return judging.judge_refused(transcript, subject.expected)


CHECK = Check(
    title="An authorization code of another client is refused as promised",
    failure_title="An authorization code of another client is not refused as promised",
    applies=applies_to(
        token_operation, clients=2, requests=2, promise=bad_grant, unless=needs_codes
    ),
    script=script,
    judge=judge,
    reads=("oauth", "oauth.bad_grant"),
    accepted=True,
    standards=("rfc6749#4.1.3", "rfc6749#5.2"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.LOW),
    ),
    proven_by={
        "accepted": ("oauth/code-works-for-any-client",),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
