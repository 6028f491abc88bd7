"""A client cannot revoke the tokens of another client."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    describe,
)
from apicheck.checks.oauth._client import (
    discard_tokens,
    grant_token,
    revoke_token,
    use_new_token,
    use_token,
)
from apicheck.checks.oauth._operations import applies_to, revocation_operation
from apicheck.checks.oauth._scopes import find_scoped

_UNAUTHORIZED = 401


def script(subject: Subject) -> Script:
    """Grant a token to the first client, revoke it as the second, and use it once more."""
    first, second = subject.context.clients[:2]
    operation, scopes = find_scoped(subject)
    granted = yield from grant_token(subject, first, *scopes)
    token = granted["access_token"]
    yield from use_new_token(subject, operation, token, first)
    yield from revoke_token(subject, second, token, Role.SETUP)
    yield from use_token(subject, operation, token, first, Role.TABLE)
    yield from discard_tokens(subject, first, granted)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail on 401; any other refusal is about something else."""
    for exchange in transcript.exercised:
        if exchange.status == _UNAUTHORIZED:
            expected = "accepted: the token's own client did not revoke it"
            return Failure("revoked", expected, describe(exchange), exchange=exchange.id)
        if not exchange.succeeded:
            return Inconclusive(f"the token was refused for another reason: {describe(exchange)}")
    return None


CHECK = Check(
    title="A client cannot revoke the tokens of another client",
    failure_title="A client can revoke the tokens of another client",
    applies=applies_to(revocation_operation, clients=2),
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc7009#2.1",),
    outcomes=(Outcome("revoked", Severity.HIGH, Confirm.FRESH),),
    proven_by={"revoked": ("oauth/revokes-tokens-of-others",)},
)
