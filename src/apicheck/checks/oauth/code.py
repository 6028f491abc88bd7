"""An authorization code gets a token that works."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Confirm,
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
from apicheck.checks.oauth._client import discard_tokens, use_token
from apicheck.checks.oauth._codes import exchange_code, find_client, needs_codes, obtain_code
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._scopes import find_scoped


def script(subject: Subject) -> Script:
    """Have a code issued, exchange it, and use the token."""
    client = find_client(subject)
    operation, scopes = find_scoped(subject)
    code = yield from obtain_code(subject, client, *scopes)
    exchange = yield from exchange_code(subject, client, code, Role.TABLE)
    granted = exchange.members
    if exchange.succeeded and isinstance(granted.get("access_token"), str):
        token = granted["access_token"]
        yield from use_token(subject, operation, token, client, Role.TABLE, person=True)
    yield from discard_tokens(subject, client, granted)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail if the code is refused, or the token is."""
    for number, exchange in enumerate(transcript.exercised):
        if not exchange.succeeded:
            outcome = "useless" if number else "refused"
            expected = "the token of the code is accepted" if number else "a token for the code"
            return Failure(outcome, expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="An authorization code gets a token that works",
    failure_title="An authorization code gets no token that works",
    applies=applies_to(token_operation, requests=3, unless=needs_codes),
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc6749#4.1.3", "rfc6749#4.1.4", "rfc7636#4.6"),
    outcomes=(
        Outcome("refused", Severity.HIGH, Confirm.FRESH),
        Outcome("useless", Severity.HIGH, Confirm.FRESH),
    ),
    proven_by={
        "refused": ("oauth/refuses-codes",),
        "useless": ("oauth/code-gets-useless-token",),
    },
)
