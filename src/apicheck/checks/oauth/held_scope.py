"""A client is granted no scope that it does not have."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Judgement,
    Minter,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.oauth._client import (
    CREDENTIALS,
    discard_tokens,
    request_token,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._scopes import judge_beside

_REMEDY = (
    '[mint.limited]  # last, for a client that may get few scopes\nclient_id_env = "LIMITED_ID"\n'
    'client_secret_env = "LIMITED_SECRET"\nscopes = ["{scope}"]'
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the target file has a client that lacks a scope."""
    found, scopes = applies_to(token_operation)(subject), subject.context.all_scopes
    if not isinstance(found, Applies):
        return found
    if len(scopes) <= 1:
        return NotApplicable("neither the policy nor the document has several scopes")
    if _find_limited(subject) is None:
        words = "the target file names no client that lacks a scope"
        remedy = _REMEDY.format(scope=scopes[0])
        return NotTested(NotTestedKind.NEEDS_IDENTITY, words, remedy)
    return found


def _find_limited(subject: Subject) -> tuple[Minter, str] | None:
    """The first client that lacks a scope of the API, and the scope; the fewest scopes first."""
    known = [client for client in subject.context.clients if client.scopes is not None]
    for client in sorted(known, key=lambda one: len(one.scopes or ())):
        held = subject.facts.authorization.with_implied(client.scopes or ())
        lacking = (scope for scope in subject.context.all_scopes if scope not in held)
        if scope := next(lacking, ""):
            return client, scope
    return None


def script(subject: Subject) -> Script:
    """Request a scope that the client lacks, beside one that it has."""
    yield from build.send_control(subject)
    limited = _find_limited(subject)
    assert limited is not None  # applies() saw to it
    client, lacking = limited
    wanted = ("scope", " ".join((*(client.scopes or ())[:1], lacking)))
    request = yield from request_token(
        subject, token_operation(subject), client, CREDENTIALS, wanted
    )
    exchange = yield from steps.send(request)
    yield from discard_tokens(subject, client, exchange.members)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the scope is granted; a refusal grants nothing."""
    limited = _find_limited(subject)
    for exchange in transcript.exercised:
        if exchange.succeeded and limited is not None:
            client, lacking = limited
            because = f"[mint.{client.name}] scopes does not have it"
            expected = f"refused, or a scope without {lacking}: {because}"
            return judge_beside(exchange, lacking, "granted", expected)
    return None


CHECK = Check(
    title="A client is granted no scope that it does not have",
    failure_title="A client is granted a scope that it does not have",
    applies=applies,
    script=script,
    judge=judge,
    reads=("oauth", "authorization.scopes"),
    accepted=True,
    standards=("rfc6749#3.3", "rfc6749#5.2"),
    outcomes=(Outcome("granted", Severity.HIGH),),
    proven_by={"granted": ("oauth/grants-scopes-that-the-client-lacks",)},
)
