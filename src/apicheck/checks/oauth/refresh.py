"""A refresh token gets a new access token, and the next refresh token where they rotate."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
)
from apicheck.checks.oauth._client import (
    body_members,
    discard_tokens,
    grant_token,
    not_this_operation,
    refresh_token,
    token_operation,
    use_token,
)
from apicheck.checks.oauth._scopes import needed


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation, where refresh tokens are promised."""
    why = not_this_operation(subject, token_operation(subject), refresh=True)
    return why or Applies(requests=2, facts=("oauth.refresh",))


def script(subject: Subject) -> Script:
    """A token; refreshed; and the new one used."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    operation, scopes = needed(subject)
    answer = yield from grant_token(subject, client, *scopes, refresh=True)
    exchange = yield from refresh_token(subject, client, answer["refresh_token"], role=Role.TABLE)
    new = body_members(exchange)
    if exchange.succeeded and isinstance(new.get("access_token"), str):
        yield from use_token(subject, operation, new["access_token"], client, Role.TABLE)
    yield from discard_tokens(subject, client, {**answer, **new})


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused, of no use, or without the next refresh token."""
    for number, exchange in enumerate(transcript.exercised):
        if not exchange.succeeded:
            outcome = "useless" if number else "refused"
            expected = "the new token accepted" if number else "a new access token"
            return Failure(outcome, expected, describe(exchange), exchange=exchange.id)
    first = next(iter(transcript.exercised), None)
    oauth = subject.facts.oauth
    rotates = oauth is not None and oauth.refresh == "rotating"
    if first and rotates and not body_members(first).get("refresh_token"):
        expected = "the next refresh token"
        return Failure("no-rotation", expected, "no refresh_token", exchange=first.id)
    return None


CHECK = Check(
    title="A refresh token gets a new access token",
    applies=applies,
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
