"""The authorization endpoint reports a response type that is missing or unknown."""

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
    describe,
    pointers,
    steps,
)
from apicheck.checks.oauth._codes import (
    find_client,
    grants_code,
    needs_codes,
    obtain_code,
    read_redirect,
    write_authorization,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._responses import UNKNOWN_TYPE
from apicheck.checks.oauth._scopes import find_scoped

_ROWS: dict[str, str | None] = {
    "no response_type": None,
    "an unknown response_type": UNKNOWN_TYPE,
}
_ERRORS = ("unsupported_response_type", "invalid_request")
"""Both fit both rows (RFC 6749, section 4.1.2.1)."""


def cases(_: Subject) -> tuple[Case, ...]:
    """None, and one that there is not."""
    return tuple(Case(name) for name in _ROWS)


def script(subject: Subject) -> Script:
    """Have a code issued, then send the same request with another response type."""
    client = find_client(subject)
    _, scopes = find_scoped(subject)
    yield from obtain_code(subject, client, *scopes)
    kind = _ROWS[subject.row.name]
    request = write_authorization(subject, client, *scopes, response_type=kind)
    yield from steps.authorize(request, Role.TABLE)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if a code is issued, or the client is not told of the error, or of another."""
    name = subject.row.name
    for exchange in transcript.exercised:
        expected = f"a redirect with error {' or '.join(_ERRORS)}"
        if grants_code(exchange):
            return Failure("granted", expected, "a code", name, exchange.id)
        error = read_redirect(exchange).get("error")
        if error is None:
            return Failure("no-error", expected, describe(exchange), name, exchange.id)
        if error not in _ERRORS:
            came = f"error {pointers.describe_value(error)}"
            return Failure("wrong-error", expected, came, name, exchange.id)
    return None


CHECK = Check(
    title="A missing or unknown response type is reported to the client",
    failure_title="A missing or unknown response type is not reported to the client",
    applies=applies_to(token_operation, requests=2, unless=needs_codes),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc6749#3.1.1", "rfc6749#4.1.2.1"),
    outcomes=(
        Outcome("granted", Severity.MEDIUM),
        Outcome("no-error", Severity.LOW),
        Outcome("wrong-error", Severity.LOW),
    ),
    proven_by={
        "granted": ("oauth/ignores-response-type",),
        "no-error": ("oauth/keeps-authorization-errors-to-itself",),
        "wrong-error": ("oauth/names-another-authorization-error",),
    },
)
