"""An authorization request whose code challenge is not as promised gets no code."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Judgement,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    Transcript,
    steps,
)
from apicheck.checks.oauth._codes import (
    VERIFIER,
    find_client,
    find_method,
    grants_code,
    needs_pkce,
    obtain_code,
    write_authorization,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._scopes import find_scoped

_PLAIN, _DEFAULT, _UNKNOWN, _NONE = "plain", "no method", "an unknown method", "no challenge"
_ROWS: dict[str, dict[str, str | None]] = {
    _PLAIN: {"code_challenge": VERIFIER, "code_challenge_method": "plain"},
    _DEFAULT: {"code_challenge": VERIFIER, "code_challenge_method": None},
    _UNKNOWN: {"code_challenge_method": "apicheck"},
    _NONE: {"code_challenge": None, "code_challenge_method": None},
}
"""Name -> parameters. A challenge without a method is a plain one (RFC 7636, section 4.3)."""


def cases(subject: Subject) -> tuple[Case, ...]:
    """The methods that the policy does not name, and no challenge where one is required."""
    pkce = subject.facts.oauth.pkce if subject.facts.oauth else None
    left_out = {_PLAIN, _DEFAULT} if pkce and "plain" in pkce.methods else set()
    left_out |= set() if pkce and pkce.required else {_NONE}
    return tuple(Case(name) for name in _ROWS if name not in left_out)


def script(subject: Subject) -> Script:
    """Have a code issued with a challenge as promised, then ask for one with another."""
    client = find_client(subject)
    _, scopes = find_scoped(subject)
    yield from obtain_code(subject, client, *scopes)
    request = write_authorization(subject, client, *scopes, **_ROWS[subject.row.name])
    yield from steps.authorize(request, Role.TABLE)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if a code is issued."""
    name = subject.row.name
    for exchange in transcript.exercised:
        if grants_code(exchange):
            need = "a code_challenge" if name == _NONE else f"method {find_method(subject)}"
            expected = f"no code: the request needs {need}"
            outcome = "unprotected" if name == _NONE else "accepted"
            return Failure(outcome, expected, f"a code with {name}", name, exchange.id)
    return None


CHECK = Check(
    title="A code challenge of another method than promised gets no code",
    failure_title="A code challenge of another method than promised gets a code",
    applies=applies_to(token_operation, fact="oauth.pkce", requests=2, unless=needs_pkce),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth.pkce",),
    accepted=True,
    standards=("rfc7636#4.4.1", "rfc9700#2.1.1"),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("unprotected", Severity.HIGH)),
    proven_by={
        "accepted": ("oauth/accepts-plain-challenges",),
        "unprotected": ("oauth/requires-no-challenge",),
    },
)
