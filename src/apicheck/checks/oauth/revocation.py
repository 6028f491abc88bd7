"""The server refuses a token that its client has revoked."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    describe,
    steps,
)
from apicheck.checks.oauth._client import (
    grant_token,
    refresh_token,
    revoke_token,
    use_new_token,
    use_token,
)
from apicheck.checks.oauth._operations import applies_to, refreshes, revocation_operation
from apicheck.checks.oauth._refreshable import grant_refreshable
from apicheck.checks.oauth._scopes import find_scoped

_ACCESS, _REFRESH = "access token", "refresh token"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to the revocation operation."""
    found = applies_to(revocation_operation)(subject)
    if not isinstance(found, Applies):
        return found
    seconds = subject.facts.authentication.revoked_within_s or 0.0
    return Applies(facts=("oauth", "authentication.revoked_within"), seconds=seconds)


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each kind of token."""
    return (Case(_ACCESS), *((Case(_REFRESH),) if refreshes(subject) else ()))


def script(subject: Subject) -> Script:
    """Request a token, use it, revoke it, and use it once more."""
    client = subject.context.clients[0]
    operation, scopes = find_scoped(subject)
    by_refresh = subject.row.name == _REFRESH
    grant = grant_refreshable if by_refresh else grant_token
    granted = yield from grant(subject, client, *scopes)
    token = granted["refresh_token" if by_refresh else "access_token"]
    if not by_refresh:
        yield from use_new_token(subject, operation, token, client)
    revoked = yield from revoke_token(subject, client, token, Role.SETUP)
    if not revoked.succeeded:
        steps.end_script(Inconclusive(f"the revocation was not accepted ({describe(revoked)})"))
    seconds = subject.facts.authentication.revoked_within_s
    if seconds:
        yield from steps.wait(seconds, "until the revocation takes effect")
    if by_refresh:
        yield from refresh_token(subject, client, token, role=Role.TABLE)
    else:
        yield from use_token(subject, operation, token, client, Role.TABLE, bad=True)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the revoked token still works."""
    token = subject.row.name
    for exchange in transcript.exercised:
        if exchange.succeeded:
            outcome = "refreshed" if token == _REFRESH else "accepted"
            expected = f"refused: the {token} was revoked"
            return Failure(outcome, expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A revoked token is refused",
    failure_title="A revoked token is accepted",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth", "authentication.revoked_within"),
    accepted=True,
    standards=("rfc7009#2.1",),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.FRESH),
        Outcome("refreshed", Severity.HIGH, Confirm.FRESH),
    ),
    proven_by={
        "accepted": ("oauth/revokes-late",),
        "refreshed": ("oauth/revocation-spares-refresh-tokens",),
    },
)
