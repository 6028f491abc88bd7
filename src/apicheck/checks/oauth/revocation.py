"""A token that was revoked is refused."""

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
    not_this_operation,
    refresh_token,
    refreshes,
    revocation_operation,
    revoke_token,
    use_token,
)
from apicheck.checks.oauth._scopes import needed

_ACCESS, _REFRESH = "access token", "refresh token"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the revocation operation."""
    why = not_this_operation(subject, revocation_operation(subject))
    seconds = subject.facts.authentication.revoked_within_s or 0.0
    return why or Applies(facts=("oauth", "authentication.revoked_within"), seconds=seconds)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Tokens of both kinds."""
    return (Case(_ACCESS), *((Case(_REFRESH),) if refreshes(subject) else ()))


def script(subject: Subject) -> Script:
    """A new token, which works; revoked; and used once more."""
    client = subject.context.clients[0]
    operation, scopes = needed(subject)
    by_refresh = subject.case is not None and subject.case.name == _REFRESH
    answer = yield from grant_token(subject, client, *scopes, refresh=by_refresh)
    token = answer["refresh_token" if by_refresh else "access_token"]
    if not by_refresh:
        before = yield from use_token(subject, operation, token, client, Role.SETUP)
        if not before.succeeded:
            steps.end_script(Inconclusive(f"a new token is not accepted ({describe(before)})"))
    answered = yield from revoke_token(subject, client, token, Role.SETUP)
    if not answered.succeeded:
        steps.end_script(Inconclusive(f"the revocation was not accepted ({describe(answered)})"))
    seconds = subject.facts.authentication.revoked_within_s
    if seconds:
        yield from steps.wait(seconds, "a revoked token may work as long as that")
    if by_refresh:
        yield from refresh_token(subject, client, token, role=Role.TABLE)
    else:
        yield from use_token(subject, operation, token, client, Role.TABLE, bad=True)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A revoked token that still works."""
    by_refresh = subject.case is not None and subject.case.name == _REFRESH
    for exchange in transcript.exercised:
        if exchange.succeeded and by_refresh:
            expected = "refused: the refresh token was revoked"
            return Failure("refreshed", expected, describe(exchange), exchange=exchange.id)
        if exchange.succeeded:
            expected = "refused: the token was revoked"
            return Failure("accepted", expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A revoked token is refused",
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
