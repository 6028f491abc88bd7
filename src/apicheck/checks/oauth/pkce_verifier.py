"""A code that was requested with a challenge is refused without the verifier that fits."""

from __future__ import annotations

from apicheck.authoring import Case, Confirm, Role, Script, Severity, Subject
from apicheck.authoring.refusals import by_row, scripted_refusal
from apicheck.checks.oauth._client import discard_tokens
from apicheck.checks.oauth._codes import (
    S256,
    VERIFIER,
    derive_challenge,
    exchange_code,
    find_client,
    find_method,
    needs_pkce,
    obtain_code,
)
from apicheck.checks.oauth._operations import applies_to, bad_grant, token_operation
from apicheck.checks.oauth._scopes import find_scoped

_WRONG, _MISSING, _CHALLENGE = "another verifier", "no verifier", "the challenge itself"
_UNASKED = "a verifier without a challenge"


def cases(subject: Subject) -> tuple[Case, ...]:
    """Wrong, missing, and the challenge in its place; and one that no challenge announced.

    The last needs a server that issues codes without a challenge (RFC 9700, section 2.1.1).
    """
    pkce = subject.facts.oauth.pkce if subject.facts.oauth else None
    names = [_WRONG, _MISSING]
    if find_method(subject) == S256:
        names.append(_CHALLENGE)
    if pkce and not pkce.required:
        names.append(_UNASKED)
    return tuple(Case(name) for name in names)


def script(subject: Subject) -> Script:
    """Have a code issued, and exchange it with the verifier of the row."""
    client, name = find_client(subject), subject.row.name
    _, scopes = find_scoped(subject)
    bare = {"code_challenge": None, "code_challenge_method": None} if name == _UNASKED else {}
    code = yield from obtain_code(subject, client, *scopes, **bare)
    verifiers = {
        _WRONG: VERIFIER[::-1],
        _MISSING: None,
        _CHALLENGE: derive_challenge(VERIFIER),
        _UNASKED: VERIFIER,
    }
    exchange = yield from exchange_code(subject, client, code, Role.TABLE, verifier=verifiers[name])
    yield from discard_tokens(subject, client, exchange.members)


CHECK = scripted_refusal(
    title="A code without the verifier of its challenge is refused as promised",
    failure_title="A code without the verifier of its challenge is not refused as promised",
    applies=applies_to(
        token_operation, fact="oauth.pkce", requests=2, promise=bad_grant, unless=needs_pkce
    ),
    cases=cases,
    script=script,
    detail=by_row,
    reads=("oauth.pkce", "oauth.bad_grant"),
    needs_success=True,
    standards=("rfc7636#4.6", "rfc9700#2.1.1"),
    accepted=Severity.HIGH,
    confirm=Confirm.FRESH,
    proven_by={
        "accepted": (
            "oauth/does-not-verify-the-verifier",
            "oauth/verifier-may-be-missing",
            "oauth/takes-the-challenge-for-the-verifier",
        ),
        "wrong-status": ("oauth/bad-grant-answered-with-other-status",),
    },
)
