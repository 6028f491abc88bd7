"""A client without a secret gets tokens only by a code and its verifier."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Failure,
    Inconclusive,
    Judgement,
    Minter,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Role,
    Script,
    Severity,
    Steps,
    Subject,
    Transcript,
    describe,
    steps,
)
from apicheck.checks.oauth._client import (
    CREDENTIALS,
    discard_tokens,
    request_token,
)
from apicheck.checks.oauth._codes import (
    exchange_code,
    explain_no_codes,
    grants_code,
    obtain_code,
    write_authorization,
)
from apicheck.checks.oauth._operations import token_operation
from apicheck.checks.oauth._scopes import find_scoped

_OWN, _NO_CHALLENGE, _NO_VERIFIER = "by its name alone", "no challenge", "no verifier"
_REMEDY = (
    '[public_clients.app]\nclient_id = "app"\nredirect_uri = "https://app.example.com/callback"'
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation, where the target file has a client without a secret.

    Not tested for want of one only where the policy promises something of such clients.
    """
    if subject.op.id != token_operation(subject):
        return NotApplicable("the check is about another operation")
    clients = subject.context.public_clients
    reason = explain_no_codes(subject, clients)
    if isinstance(reason, NotTested) and not clients:
        words = "the target file names no client without a secret"
        pkce = subject.facts.oauth.pkce if subject.facts.oauth else None
        if pkce is None or not pkce.required_of_public:
            return NotApplicable(words)
        return NotTested(NotTestedKind.NEEDS_IDENTITY, words, _REMEDY)
    return reason or Applies(requests=4, facts=("oauth", "oauth.pkce"))


def cases(subject: Subject) -> tuple[Case, ...]:
    """As if it had a secret; a code without a challenge; a code without its verifier."""
    return tuple(Case(name) for name in _list_rows(subject))


def _list_rows(subject: Subject) -> Iterator[str]:
    pkce = subject.facts.oauth.pkce if subject.facts.oauth else None
    yield _OWN
    if pkce and (pkce.required or pkce.required_of_public):
        yield _NO_CHALLENGE
    if pkce:
        yield _NO_VERIFIER


def script(subject: Subject) -> Script:
    """Ask for a token or a code as the row says; a code is first exchanged as it should be."""
    client, row = subject.context.public_clients[0], subject.row.name
    if row == _OWN:
        request = yield from request_token(subject, token_operation(subject), client, CREDENTIALS)
        granted = yield from steps.send(request)
        yield from discard_tokens(subject, client, granted.members)
        return
    _, scopes = find_scoped(subject)
    code = yield from obtain_code(subject, client, *scopes)
    if row == _NO_CHALLENGE:
        bare = {"code_challenge": None, "code_challenge_method": None}
        request = write_authorization(subject, client, *scopes, **bare)
        yield from steps.authorize(request, Role.TABLE)
        return
    yield from _exchange_properly(subject, client, code)
    code = yield from obtain_code(subject, client, *scopes)
    uri = client.redirect_uri
    refused = yield from exchange_code(
        subject, client, code, Role.TABLE, redirect_uri=uri, verifier=None
    )
    yield from discard_tokens(subject, client, refused.members)


def _exchange_properly(subject: Subject, client: Minter, code: str) -> Steps[None]:
    """Exchange a code with its verifier; end the script where that gets no token."""
    uri = client.redirect_uri
    proper = yield from exchange_code(subject, client, code, Role.SETUP, redirect_uri=uri)
    if not proper.succeeded:
        words = f"a code of this client gets no token with its verifier ({describe(proper)})"
        steps.end_script(Inconclusive(words))
    yield from discard_tokens(subject, client, proper.members)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail where the client gets a code or a token all the same."""
    row = subject.row.name
    for exchange in transcript.exercised:
        if row == _NO_CHALLENGE and grants_code(exchange):
            due = "no code: a client without a secret announces a verifier"
            return Failure("unprotected", due, f"a code with {row}", row, exchange.id)
        if row == _OWN and exchange.succeeded:
            due = "no token: client credentials are for clients with a secret"
            return Failure("granted", due, describe(exchange), row, exchange.id)
        if row == _NO_VERIFIER and exchange.succeeded:
            due = "no token: nothing shows that the code is in the hands of its client"
            return Failure("accepted", due, describe(exchange), row, exchange.id)
    return None


CHECK = Check(
    title="A client without a secret gets tokens only by a code and its verifier",
    failure_title="A client without a secret gets a token without a code's verifier",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth", "oauth.pkce"),
    accepted=True,
    standards=("rfc6749#4.4", "rfc7636#4.6", "rfc9700#2.1.1"),
    outcomes=(
        Outcome("granted", Severity.HIGH, Confirm.FRESH),
        Outcome("accepted", Severity.HIGH, Confirm.FRESH),
        Outcome("unprotected", Severity.HIGH),
    ),
    proven_by={
        "granted": ("oauth/grants-credentials-to-public-clients",),
        "accepted": ("oauth/verifier-may-be-missing",),
        "unprotected": ("oauth/requires-no-challenge",),
    },
)
