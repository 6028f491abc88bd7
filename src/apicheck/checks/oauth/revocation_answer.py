"""A revocation is answered with 200, whether or not the token is known."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
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
    describe,
)
from apicheck.checks.oauth._client import (
    grant_token,
    not_this_operation,
    revocation_operation,
    revoke_token,
)

_OK = 200
_KNOWN, _UNKNOWN = "a token", "no token of anybody's"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the revocation operation."""
    return not_this_operation(subject, revocation_operation(subject)) or Applies(facts=("oauth",))


def cases(_: Subject) -> tuple[Case, ...]:
    """A token that was just granted, and one that there is not."""
    return Case(_KNOWN), Case(_UNKNOWN)


def script(subject: Subject) -> Script:
    """A token of this client's, or of nobody's; and its revocation."""
    client, token = subject.context.clients[0], "apicheck-no-such-token"
    if subject.case is None or subject.case.name == _KNOWN:
        answer = yield from grant_token(subject, client)
        token = str(answer["access_token"])
    yield from revoke_token(subject, client, token, Role.TABLE)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A client could do nothing about an error."""
    name = subject.case.name if subject.case else _KNOWN
    for exchange in transcript.exercised:
        if exchange.status != _OK:
            return Failure("wrong-status", "200", describe(exchange), name, exchange.id)
    return None


CHECK = Check(
    title="A revocation is answered with 200",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc7009#2.2",),
    outcomes=(Outcome("wrong-status", Severity.LOW),),
    proven_by={"wrong-status": ("oauth/unknown-token-cannot-be-revoked",)},
)
