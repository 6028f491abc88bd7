"""A refresh widens no scope."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
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
    body_members,
    discard_tokens,
    grant_token,
    not_this_operation,
    refresh_token,
    token_operation,
    use_token,
)
from apicheck.checks.oauth._scopes import beyond, needed


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation, where refresh tokens and scopes are promised."""
    why = not_this_operation(subject, token_operation(subject), refresh=True)
    return why or Applies(requests=2, facts=("oauth.refresh",))


def script(subject: Subject) -> Script:
    """A token of one scope; refreshed with one more; and used for that."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    _, scopes = needed(subject)
    outside = beyond(subject, scopes)
    if not outside:
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, "no operation needs another scope"))
    more = (*scopes, *subject.context.required_scopes[outside])
    answer = yield from grant_token(subject, client, *scopes, refresh=True)
    wider = ("scope", " ".join(dict.fromkeys(more)))
    exchange = yield from refresh_token(
        subject, client, answer["refresh_token"], wider, role=Role.TABLE
    )
    new = body_members(exchange)
    if exchange.succeeded and isinstance(new.get("access_token"), str):
        yield from use_token(subject, outside, new["access_token"], client, Role.TABLE)
    yield from discard_tokens(subject, client, {**answer, **new})


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Refused is right; so is a token without the scope that it never had."""
    for exchange in transcript.exercised[1:]:
        if exchange.succeeded:
            expected = f"{exchange.request.operation} refused: the grant never had its scope"
            return Failure("widened", expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A refresh widens no scope",
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth.refresh",),
    accepted=True,
    standards=("rfc6749#6",),
    outcomes=(Outcome("widened", Severity.CRITICAL, Confirm.ONCE),),
    proven_by={"widened": ("oauth/refresh-widens-scope",)},
)
