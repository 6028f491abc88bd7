"""A refresh yields a new access token, and the next refresh token where they rotate."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
)
from apicheck.checks.oauth._client import refresh_and_use
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._refreshable import grant_refreshable
from apicheck.checks.oauth._scopes import find_scoped


def script(subject: Subject) -> Script:
    """Request a token, refresh it, and use the new one."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    operation, scopes = find_scoped(subject)
    granted = yield from grant_refreshable(subject, client, *scopes)
    yield from refresh_and_use(subject, operation, client, granted)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the refresh is refused, the new token is, or the next refresh token is missing."""
    for number, exchange in enumerate(transcript.exercised):
        if not exchange.succeeded:
            outcome = "useless" if number else "refused"
            expected = "the new access token is accepted" if number else "a new access token"
            return Failure(outcome, expected, describe(exchange), exchange=exchange.id)
    first = next(iter(transcript.exercised), None)
    oauth = subject.facts.oauth
    rotates = oauth is not None and oauth.refresh == "rotating"
    if first and rotates and not first.members.get("refresh_token"):
        expected = "the next refresh_token: the policy says that refresh tokens rotate"
        return Failure("no-rotation", expected, "no refresh_token", exchange=first.id)
    return None


CHECK = Check(
    title="A refresh yields working tokens as promised",
    failure_title="A refresh does not yield working tokens as promised",
    applies=applies_to(token_operation, fact="oauth.refresh", refresh=True, requests=2),
    script=script,
    judge=judge,
    reads=("oauth.refresh",),
    accepted=True,
    standards=("rfc6749#6", "rfc9700#4.14.2"),
    outcomes=(
        Outcome("refused", Severity.MEDIUM, Confirm.FRESH),
        Outcome("useless", Severity.MEDIUM, Confirm.FRESH),
        Outcome("no-rotation", Severity.MEDIUM, Confirm.FRESH),
    ),
    proven_by={
        "refused": ("oauth/refuses-refresh",),
        "useless": ("oauth/refreshed-token-is-useless",),
        "no-rotation": ("oauth/refresh-without-rotation",),
    },
)
