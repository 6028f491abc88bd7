"""Nobody revokes a token without authenticating as its client."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
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
    build,
    describe,
    steps,
)
from apicheck.checks.oauth._client import (
    BODY,
    discard_tokens,
    grant_token,
    use_new_token,
    use_token,
    write_form,
)
from apicheck.checks.oauth._operations import applies_to, revocation_operation
from apicheck.checks.oauth._scopes import find_scoped

_NOBODY, _NAME = "nobody", "the client's name alone"
_UNAUTHORIZED = 401


def cases(_: Subject) -> tuple[Case, ...]:
    """No client at all, and one that does not prove who it is."""
    return Case(_NOBODY), Case(_NAME)


def script(subject: Subject) -> Script:
    """Grant a token, revoke it without the client's secret, and use it once more."""
    client = subject.context.clients[0]
    operation, scopes = find_scoped(subject)
    granted = yield from grant_token(subject, client, *scopes)
    token = granted["access_token"]
    yield from use_new_token(subject, operation, token, client)
    request = yield from build.valid_request(subject)
    name = (("client_id", client.client_id),) if subject.row.name == _NAME else ()
    form = write_form(request, (("token", str(token)), *name), None, BODY)
    yield from steps.send(form, Role.SETUP)
    yield from use_token(subject, operation, token, client, Role.TABLE)
    yield from discard_tokens(subject, client, granted)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on 401; any other refusal is about something else."""
    row = subject.row.name
    for exchange in transcript.exercised:
        if exchange.status == _UNAUTHORIZED:
            expected = "accepted: the token's client did not authenticate to revoke it"
            return Failure("revoked", expected, describe(exchange), row, exchange.id)
        if not exchange.succeeded:
            return Inconclusive(f"the token was refused for another reason: {describe(exchange)}")
    return None


CHECK = Check(
    title="No token is revoked for a client that does not authenticate",
    failure_title="A token is revoked for a client that does not authenticate",
    applies=applies_to(revocation_operation),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc7009#2.1",),
    outcomes=(Outcome("revoked", Severity.MEDIUM, Confirm.FRESH),),
    proven_by={"revoked": ("oauth/revokes-for-anybody",)},
)
