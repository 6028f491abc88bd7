"""A refresh does not widen the scope of a token."""

from __future__ import annotations

from apicheck.authoring import (
    Check,
    Confirm,
    Failure,
    Judgement,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.checks.oauth._client import refresh_and_use
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._refreshable import grant_refreshable
from apicheck.checks.oauth._scopes import find_beyond, find_scoped


def script(subject: Subject) -> Script:
    """Request a token with one scope, refresh it with one more, and use it for that."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    _, scopes = find_scoped(subject)
    outside = find_beyond(subject, scopes)
    if not outside:
        steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, "no operation needs another scope"))
    more = (*scopes, *subject.context.required_scopes[outside])
    granted = yield from grant_refreshable(subject, client, *scopes)
    wider = ("scope", " ".join(dict.fromkeys(more)))
    yield from refresh_and_use(subject, outside, client, granted, wider)


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail if the new token opens what the first scope does not."""
    for exchange in transcript.exercised[1:]:
        if exchange.succeeded:
            expected = f"{exchange.request.operation} refused: its scope was never granted"
            return Failure("widened", expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A refresh does not widen the scope",
    failure_title="A refresh widens the scope",
    applies=applies_to(token_operation, fact="oauth.refresh", refresh=True, requests=2),
    script=script,
    judge=judge,
    reads=("oauth.refresh",),
    accepted=True,
    standards=("rfc6749#6",),
    outcomes=(Outcome("widened", Severity.CRITICAL, Confirm.ONCE),),
    proven_by={"widened": ("oauth/refresh-widens-scope",)},
)
