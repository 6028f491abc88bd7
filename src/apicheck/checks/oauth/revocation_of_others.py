"""A client cannot revoke the tokens of another."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
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
    discard_tokens,
    grant_token,
    not_this_operation,
    revocation_operation,
    revoke_token,
    use_token,
)
from apicheck.checks.oauth._scopes import needed

_UNAUTHORIZED = 401


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the revocation operation, where we have two clients."""
    why = not_this_operation(subject, revocation_operation(subject), clients=2)
    return why or Applies(facts=("oauth",))


def script(subject: Subject) -> Script:
    """A token of the first client; revoked by the second; and used once more."""
    first, second = subject.context.clients[:2]
    operation, scopes = needed(subject)
    answer = yield from grant_token(subject, first, *scopes)
    token = answer["access_token"]
    before = yield from use_token(subject, operation, token, first, Role.SETUP)
    if not before.succeeded:
        steps.end_script(Inconclusive(f"a new token is not accepted ({describe(before)})"))
    yield from revoke_token(subject, second, token, Role.SETUP)
    yield from use_token(subject, operation, token, first, Role.TABLE)
    yield from discard_tokens(subject, first, answer)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """The token has to go on working."""
    for exchange in transcript.exercised:
        if exchange.status == _UNAUTHORIZED:
            expected = "accepted: its own client has not revoked it"
            return Failure("revoked", expected, describe(exchange), exchange=exchange.id)
        if not exchange.succeeded:
            return Inconclusive(f"the token was answered with {describe(exchange)}")
    return None


CHECK = Check(
    title="A client cannot revoke the tokens of another",
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc7009#2.1",),
    outcomes=(Outcome("revoked", Severity.HIGH, Confirm.FRESH),),
    proven_by={"revoked": ("oauth/revokes-tokens-of-others",)},
)
