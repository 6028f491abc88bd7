"""The token operation refuses a bad request with the error code that RFC 6749 has for it."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Exchange,
    ExpectedResponse,
    Failure,
    Json,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    StatusSet,
    Subject,
    Transcript,
    build,
    challenges,
    describe,
    judging,
    pointers,
    steps,
)
from apicheck.checks.oauth._client import (
    CREDENTIALS,
    REFRESH,
    Pairs,
    body_members,
    not_this_operation,
    place_of,
    refreshes,
    token_operation,
    write_form,
)

_UNKNOWN = "apicheck-no-such-thing"

ROWS: dict[str, tuple[Pairs, str, str]] = {
    "no grant_type": ((), "invalid_request", ""),
    "grant_type twice": ((CREDENTIALS, CREDENTIALS), "invalid_request", ""),
    "unknown grant_type": (
        (("grant_type", f"urn:{_UNKNOWN}"),),
        "unsupported_grant_type",
        "",
    ),
    "unknown client": ((CREDENTIALS,), "invalid_client", "bad_client"),
    "unknown scope": ((CREDENTIALS, ("scope", _UNKNOWN)), "invalid_scope", "bad_scope"),
    "no refresh token": ((REFRESH,), "invalid_request", ""),
    "unknown refresh token": (
        (REFRESH, ("refresh_token", _UNKNOWN)),
        "invalid_grant",
        "bad_grant",
    ),
}
"""Name -> parameters, error code, and the fact that may say more of the answer."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation."""
    return not_this_operation(subject, token_operation(subject)) or Applies(facts=("oauth",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A server may leave out scopes that it does not know, so that row needs a promise."""
    oauth = subject.facts.oauth
    left_out = set() if oauth and oauth.bad_scope else {"unknown scope"}
    if not refreshes(subject):
        left_out |= {"no refresh token", "unknown refresh token"}
    return tuple(Case(name) for name in ROWS if name not in left_out)


def _row(subject: Subject) -> tuple[str, tuple[Pairs, str, str]]:
    name = subject.case.name if subject.case else next(iter(ROWS))
    return name, ROWS[name]


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then one with a single mistake."""
    yield from build.send_control(subject)
    name, (parameters, _, _) = _row(subject)
    client = subject.context.clients[0]
    if name == "unknown client":
        client = replace(client, client_id=_UNKNOWN)
    place = yield from place_of(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(write_form(request, parameters, client, place))


def _promised(subject: Subject, exchange: Exchange) -> tuple[ExpectedResponse, str]:
    """The answer that is due, and its error code (RFC 6749, section 5.2)."""
    _, (_, error, fact) = _row(subject)
    stated: ExpectedResponse | None = getattr(subject.facts.oauth, fact) if fact else None
    usual: tuple[str, ...] = ("400",)
    if error == "invalid_client":
        usual = ("401",) if exchange.request.credentials else ("400", "401")
    answer = stated if stated and stated.statuses else ExpectedResponse(StatusSet(usual))
    own = stated.error if stated else None
    return answer, own if isinstance(own, str) else error


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A token is worse than another status, and that is worse than another error code."""
    name, _ = _row(subject)
    for exchange in transcript.exercised:
        answer, error = _promised(subject, exchange)
        if "access_token" in body_members(exchange):
            return Failure(
                "accepted",
                f"{judging.expected_text(answer)}, {error}",
                "a token",
                name,
                exchange.id,
            )
        if wrong := judging.judge_status(exchange, answer):
            return replace(wrong, detail=name)
        code = body_members(exchange).get("error")
        if code != error:
            came = f"{describe(exchange)} {_told(code)}"
            return Failure("wrong-error", f"error {error}", came, name, exchange.id)
        if error == "invalid_client" and _lacks_challenge(exchange):
            expected = "WWW-Authenticate: Basic, as the client authenticated so"
            return Failure("no-challenge", expected, describe(exchange), name, exchange.id)
    return None


def _told(code: Json) -> str:
    """The error code that came, in words."""
    return (
        f"with error {pointers.describe_value(code)}"
        if code is not None
        else "without an error code"
    )


def _lacks_challenge(exchange: Exchange) -> bool:
    """Whether a client that authenticated by Basic is not told that this is the scheme."""
    if exchange.response is None or not exchange.request.credentials:
        return False
    try:
        received = challenges.parse_challenges(
            ", ".join(exchange.response.header_values("www-authenticate"))
        )
    except ValueError:
        return True
    return "basic" not in {challenge.scheme for challenge in received}


CHECK = Check(
    title="A bad token request is refused with its error code",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    standards=("rfc6749#5.2", "rfc6749#3.2"),
    outcomes=(
        Outcome("accepted", Severity.HIGH),
        Outcome("wrong-status", Severity.MEDIUM),
        Outcome("wrong-error", Severity.LOW),
        Outcome("no-challenge", Severity.LOW),
    ),
    proven_by={
        "accepted": ("oauth/ignores-grant-type", "oauth/ignores-repeated-parameters"),
        "wrong-status": (
            "oauth/error-with-status-200",
            "oauth/invalid-client-answered-with-400",
        ),
        "wrong-error": ("oauth/error-code-differs",),
        "no-challenge": ("oauth/omits-client-challenge",),
    },
)
