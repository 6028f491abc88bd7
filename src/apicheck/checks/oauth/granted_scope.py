"""A token has no scope that the client did not request, and none that does not exist."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Judgement,
    Minter,
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
    body_members,
    discard_tokens,
    grant_token,
    request_token,
    use_token,
)
from apicheck.checks.oauth._operations import applies_to, token_operation
from apicheck.checks.oauth._scopes import find_beyond, find_scoped

_KNOWN, _UNKNOWN = "one scope", "a scope that there is not"
_OF_OTHERS = "a scope that the client does not have"
_NO_SCOPE = "apicheck-no-such-scope"


def has_no_scopes(subject: Subject) -> NotApplicable | None:
    """Why there is no scope to ask for; None where there is one."""
    if subject.context.all_scopes:
        return None
    return NotApplicable("neither the policy nor the document has scopes")


def cases(subject: Subject) -> tuple[Case, ...]:
    """A known scope; an unknown one beside it; one that the target file denies the client."""
    others = (Case(_OF_OTHERS),) if _find_denied(subject) else ()
    return Case(_KNOWN), Case(_UNKNOWN), *others


def _find_denied(subject: Subject) -> tuple[Minter, str] | None:
    """A client whose scopes are said, and a scope of the API that it does not have."""
    for client in subject.context.clients:
        if client.scopes is not None:
            held = subject.facts.authorization.with_implied(client.scopes)
            for scope in subject.context.all_scopes:
                if scope not in held:
                    return client, scope
    return None


def _beside(subject: Subject) -> str:
    """The scope that a row asks for beside a known one, and that must not be granted."""
    denied = _find_denied(subject) if subject.row.name == _OF_OTHERS else None
    if denied is not None:
        return denied[1]
    return _NO_SCOPE if subject.row.name == _UNKNOWN else ""


def _choose_client(subject: Subject) -> Minter:
    """The client of a row: the first, unless the row needs one whose scopes are said."""
    denied = _find_denied(subject) if subject.row.name == _OF_OTHERS else None
    return denied[0] if denied else subject.context.clients[0]


def script(subject: Subject) -> Script:
    """Request a token with one scope, then call an operation that needs another."""
    yield from build.send_control(subject)
    client = _choose_client(subject)
    _, scopes = find_scoped(subject)
    if more := _beside(subject):
        if client.scopes is not None and not set(scopes) <= set(client.scopes):
            scopes = client.scopes[:1]
        wanted = ("scope", " ".join((*scopes, more)))
        request = yield from request_token(
            subject, token_operation(subject), client, CREDENTIALS, wanted
        )
        exchange = yield from steps.send(request)
        yield from discard_tokens(subject, client, body_members(exchange))
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
    if unwanted := _beside(subject):
        return _judge_beside(subject, first, unwanted)
    _, scopes = find_scoped(subject)
    stated = str(body_members(first).get("scope", "")).split()
    more = sorted(set(stated) - subject.facts.authorization.with_implied(scopes))
    if more:
        expected, came = f"at most the scope {' '.join(scopes)}", f"{' '.join(more[:3])} as well"
        return Failure("more-than-asked", expected, came, exchange=first.id)
    for exchange in exercised[1:]:
        if exchange.succeeded:
            expected = f"{exchange.request.operation} refused: its scope was not granted"
            return Failure("more-than-said", expected, describe(exchange), exchange=exchange.id)
    return None


def _judge_beside(subject: Subject, exchange: Exchange, unwanted: str) -> Judgement:
    """Fail unless `scope` leaves the scope out; without `scope` all that was asked counts."""
    stated = body_members(exchange).get("scope")
    if isinstance(stated, str) and unwanted not in stated.split():
        return None
    came = "a token, and a response without scope" if stated is None else f"scope {stated!r}"
    if subject.row.name == _UNKNOWN:
        expected = "refused, or a scope without the unknown one"
        return Failure("unknown-granted", expected, came, exchange=exchange.id)
    client = _choose_client(subject)
    expected = f"refused, or a scope without {unwanted}: [mint.{client.name}] scopes lacks it"
    return Failure("more-than-asked", expected, came, "of others", exchange.id)


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
