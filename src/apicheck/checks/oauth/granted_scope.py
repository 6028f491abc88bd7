"""A token has no scope that the client did not request, and none that does not exist."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Confirm,
    Failure,
    Judgement,
    NotApplicable,
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
    CREDENTIALS,
    discard_tokens,
    grant_token,
    request_token,
    use_token,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._scopes import find_beyond, find_scoped, judge_beside

_KNOWN, _UNKNOWN = "one scope", "a scope that there is not"
_NO_SCOPE = "apicheck-no-such-scope"


def has_no_scopes(subject: Subject) -> NotApplicable | None:
    """Why there is no scope to ask for; None where there is one."""
    if subject.context.all_scopes:
        return None
    return NotApplicable("neither the policy nor the document has scopes")


def cases(_: Subject) -> tuple[Case, ...]:
    """A known scope, and an unknown one beside it."""
    return Case(_KNOWN), Case(_UNKNOWN)


def script(subject: Subject) -> Script:
    """Request a token with one scope, then call an operation that needs another."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    _, scopes = find_scoped(subject)
    if subject.row.name == _UNKNOWN:
        wanted = ("scope", " ".join((*scopes, _NO_SCOPE)))
        request = yield from request_token(
            subject, token_operation(subject), client, CREDENTIALS, wanted
        )
        exchange = yield from steps.send(request)
        yield from discard_tokens(subject, client, exchange.members)
        return
    granted = yield from grant_token(subject, client, *scopes, role=Role.TABLE)
    outside = find_beyond(subject, scopes)
    if outside:
        yield from use_token(subject, outside, granted["access_token"], client, Role.TABLE)
    yield from discard_tokens(subject, client, granted)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Compare the scope of the response with the requested one, then what the token opens."""
    exercised = transcript.exercised
    if not exercised or not exercised[0].succeeded:
        return None  # a refusal grants nothing
    first = exercised[0]
    if subject.row.name == _UNKNOWN:
        expected = "refused, or a scope without the unknown one"
        return judge_beside(first, _NO_SCOPE, "unknown-granted", expected)
    _, scopes = find_scoped(subject)
    stated = str(first.members.get("scope", "")).split()
    more = sorted(set(stated) - subject.facts.authorization.with_implied(scopes))
    if more:
        expected, came = f"at most the scope {' '.join(scopes)}", f"{' '.join(more[:3])} as well"
        return Failure("more-than-asked", expected, came, exchange=first.id)
    for exchange in exercised[1:]:
        if exchange.succeeded:
            expected = f"{exchange.request.operation} refused: its scope was not granted"
            return Failure("more-than-said", expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A token is limited to the known scopes that the client requested",
    failure_title="A token is not limited to the known scopes that the client requested",
    applies=applies_to(token_operation, requests=2, unless=has_no_scopes),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth", "authorization.scopes"),
    accepted=True,
    standards=("rfc6749#3.3", "rfc6749#5.1"),
    outcomes=(
        Outcome("more-than-asked", Severity.HIGH),
        Outcome("more-than-said", Severity.CRITICAL, Confirm.ONCE),
        Outcome("unknown-granted", Severity.LOW),
    ),
    proven_by={
        "more-than-asked": ("oauth/grants-all-scopes",),
        "more-than-said": ("oauth/token-reaches-further-than-said",),
        "unknown-granted": ("oauth/grants-unknown-scopes",),
    },
)
