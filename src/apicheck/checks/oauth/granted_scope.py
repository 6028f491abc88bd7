"""A token is granted no scope that was not asked for, and does not reach further than it says."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Exchange,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
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
    not_this_operation,
    request_token,
    token_operation,
    use_token,
)
from apicheck.checks.oauth._scopes import beyond, needed

_KNOWN, _UNKNOWN = "one scope", "a scope that there is not"
_NO_SCOPE = "apicheck-no-such-scope"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation, where there are scopes."""
    if why := not_this_operation(subject, token_operation(subject)):
        return why
    if not subject.context.all_scopes:
        return NotApplicable("there are no scopes")
    return Applies(requests=2, facts=("oauth",))


def cases(_: Subject) -> tuple[Case, ...]:
    """A scope that there is, and one that there is not beside it."""
    return Case(_KNOWN), Case(_UNKNOWN)


def script(subject: Subject) -> Script:
    """A token with one scope; then what it is not good for."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    _, scopes = needed(subject)
    if subject.case is not None and subject.case.name == _UNKNOWN:
        wanted = ("scope", " ".join((*scopes, _NO_SCOPE)))
        request = yield from request_token(
            subject, token_operation(subject), client, CREDENTIALS, wanted
        )
        exchange = yield from steps.send(request)
        yield from discard_tokens(subject, client, body_members(exchange))
        return
    answer = yield from grant_token(subject, client, *scopes, role=Role.TABLE)
    outside = beyond(subject, scopes)
    if outside:
        yield from use_token(subject, outside, answer["access_token"], client, Role.TABLE)
    yield from discard_tokens(subject, client, answer)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """What the token answer says first, what the token does after."""
    exercised = transcript.exercised
    if not exercised or not exercised[0].succeeded:
        return None  # a refusal grants nothing
    first = exercised[0]
    if subject.case is not None and subject.case.name == _UNKNOWN:
        return _unknown(first)
    _, scopes = needed(subject)
    said = str(body_members(first).get("scope", "")).split()
    more = sorted(set(said) - subject.facts.authorization.with_implied(scopes))
    if more:
        expected, came = f"at most {' '.join(scopes)}", f"{' '.join(more[:3])} as well"
        return Failure("more-than-asked", expected, came, exchange=first.id)
    for exchange in exercised[1:]:
        if exchange.succeeded:
            expected = f"{exchange.request.operation} refused: its scope was not granted"
            return Failure("more-than-said", expected, describe(exchange), exchange=exchange.id)
    return None


def _unknown(exchange: Exchange) -> Judgement:
    """An answer without scope says that it is as asked, and so does not say what is left out."""
    said = body_members(exchange).get("scope")
    if isinstance(said, str) and _NO_SCOPE not in said.split():
        return None
    came = "a token, and no word of its scope" if said is None else f"scope {said!r}"
    return Failure("unknown-granted", "refused, or left out of scope", came, exchange=exchange.id)


CHECK = Check(
    title="A token reaches no further than was asked for",
    applies=applies,
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
