"""A refusal carries the challenge that the policy promises for it."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Check,
    Exchange,
    ExpectedResponse,
    Failure,
    NotApplicable,
    Outcome,
    RunContext,
    Severity,
    Subject,
    challenges,
    folds,
)
from apicheck.authoring.challenges import ReceivedChallenge
from apicheck.authoring.facts import NEVER, Challenge, Never
from apicheck.checks.auth._refusal import find_refusal

_UNAUTHORIZED = 401
_FORBIDDEN = 403
_ERROR_VALUES = ("error", "error_description", "error_uri")


def applies(subject: Subject) -> Applies | NotApplicable:
    """Apply where the policy promises a challenge for some refusal of a secured operation."""
    if not subject.context.secured:
        return NotApplicable("no operation needs a credential")
    authentication = subject.facts.authentication
    refusals = (
        authentication.anonymous,
        authentication.bad,
        *authentication.states.values(),
        subject.facts.authorization.refusal,
    )
    if any(one is not None and one.challenge is not None for one in refusals):
        return Applies()
    return NotApplicable("the policy promises no challenge")


def inspect(context: RunContext, exchange: Exchange) -> Iterator[tuple[str, Failure | None]]:
    """Compare one refusal with the challenge that is promised for it."""
    refusal = find_refusal(context, exchange)
    if refusal is None or exchange.response is None:
        return
    path, expected = refusal
    if expected.challenge is not None and _is_due(expected, exchange):
        fields = exchange.response.header_values("www-authenticate")
        yield path, _judge(expected.challenge, fields, exchange)


def _is_due(expected: ExpectedResponse, exchange: Exchange) -> bool:
    """Whether the refusal owes a challenge.

    One that names no scheme is that of RFC 9110 section 15.5.2, which only a 401 owes. Of a class
    of statuses (4xx) only 401 and 403 speak of credentials; the others may be about the request.
    """
    promise = expected.challenge
    if promise is NEVER or exchange.status == _UNAUTHORIZED:
        return True
    named = exchange.status in (_FORBIDDEN, *expected.statuses.exact)
    return isinstance(promise, Challenge) and bool(promise.scheme) and named


def _judge(
    promise: Challenge | Never, fields: tuple[str, ...], exchange: Exchange
) -> Failure | None:
    came = f"WWW-Authenticate: {', '.join(fields)}" if fields else "no WWW-Authenticate field"
    if promise is NEVER:
        expected = "no WWW-Authenticate field"
        return Failure("wrong-scheme", expected, came, exchange=exchange.id) if fields else None
    expected = f"WWW-Authenticate: {promise.scheme}" if promise.scheme else "a challenge"
    if not fields:
        return Failure("absent", expected, came, exchange=exchange.id)
    try:
        received = challenges.parse_challenges(", ".join(fields))
    except ValueError as error:
        why = f"{came} ({error})"
        return Failure("malformed", f"{expected}, well-formed", why, exchange=exchange.id)
    ours = next((one for one in received if promise.scheme.lower() in ("", one.scheme)), None)
    if ours is None:
        return Failure("wrong-scheme", expected, came, exchange=exchange.id)
    if illegal := _find_illegal(ours):
        expected = f"{expected}, {illegal} without quotes and backslashes"
        return Failure("malformed", expected, came, exchange=exchange.id)
    for name in promise.parameters:
        if name.lower() not in ours.parameters:
            return Failure("without-parameter", f"{expected} with {name}", came, name, exchange.id)
    return _judge_error(promise.error, ours.parameters.get("error"), came, exchange)


def _find_illegal(received: ReceivedChallenge) -> str:
    """Name the first parameter whose value RFC 6750 section 3 forbids; "" where none is."""
    if received.scheme != "bearer":
        return ""
    values = ((name, received.parameters.get(name, "")) for name in _ERROR_VALUES)
    return next((name for name, value in values if '"' in value or "\\" in value), "")


def _judge_error(
    promised: str | Never | None, error: str | None, came: str, exchange: Exchange
) -> Failure | None:
    if promised is None or error == promised or (promised is NEVER and error is None):
        return None
    expected = "a challenge without error" if promised is NEVER else f'error="{promised}"'
    return Failure("wrong-error", expected, came, exchange=exchange.id)


CHECK = Check(
    title="The challenge of a refusal is as promised",
    failure_title="The challenge of a refusal is not as promised",
    applies=applies,
    fold=folds.per_exchange(inspect),
    triggered_by=(
        "auth/missing-credentials",
        "auth/bad-credentials",
        "auth/credential-state",
        "scopes/denied",
    ),
    reads=("authentication.refusal", "authentication.states", "authorization.refusal"),
    standards=("rfc9110#11.6.1", "rfc6750#3"),
    outcomes=(
        Outcome("absent", Severity.MEDIUM),
        Outcome("malformed", Severity.MEDIUM),
        Outcome("wrong-scheme", Severity.MEDIUM),
        Outcome("wrong-error", Severity.LOW),
        Outcome("without-parameter", Severity.LOW),
    ),
    proven_by={
        "absent": ("auth/omits-challenge",),
        "malformed": ("auth/challenge-malformed",),
        "wrong-scheme": ("auth/challenge-names-other-scheme",),
        "wrong-error": ("auth/challenge-error-without-credentials",),
        "without-parameter": ("auth/challenge-omits-parameter",),
    },
)
