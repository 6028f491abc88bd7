"""The response to a revocation is 200, whether or not the token is known."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    describe,
)
from apicheck.checks.oauth._client import grant_token, revoke_token
from apicheck.checks.oauth._operations import applies_to, revocation_operation

_OK = 200
_KNOWN, _UNKNOWN = "a token", "no token of anybody's"


def cases(_: Subject) -> tuple[Case, ...]:
    """A token that was just granted, and an unknown one."""
    return Case(_KNOWN), Case(_UNKNOWN)


def script(subject: Subject) -> Script:
    """Revoke a token of this client, or an unknown one."""
    client, token = subject.context.clients[0], "apicheck-no-such-token"
    if subject.row.name == _KNOWN:
        granted = yield from grant_token(subject, client)
        token = str(granted["access_token"])
    yield from revoke_token(subject, client, token, Role.TABLE)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on every other status than 200."""
    name = subject.row.name
    for exchange in transcript.exercised:
        if exchange.status != _OK:
            return Failure("wrong-status", "200", describe(exchange), name, exchange.id)
    return None


CHECK = Check(
    title="The response to a revocation is 200",
    failure_title="The response to a revocation is not 200",
    applies=applies_to(revocation_operation),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc7009#2.2",),
    outcomes=(Outcome("wrong-status", Severity.LOW),),
    proven_by={"wrong-status": ("oauth/unknown-token-cannot-be-revoked",)},
)
