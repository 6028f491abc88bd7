"""The token operation refuses a bad request with the error code of RFC 6749."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Case,
    Check,
    Exchange,
    ExpectedResponse,
    Failure,
    Judgement,
    Outcome,
    Script,
    Severity,
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
    find_place,
    write_form,
)
from apicheck.checks.oauth._codes import CODE, needs_codes, prove_code
from apicheck.checks.oauth._operations import (
    applies_to,
    refreshes,
    stated_or_usual,
    token_operation,
)

_UNKNOWN = "apicheck-no-such-thing"
_NO_CODE, _UNKNOWN_CODE = "no code", "unknown code"

_ROWS: dict[str, tuple[Pairs, str, str]] = {
    "no grant_type": ((), "invalid_request", ""),
    "grant_type twice": ((CREDENTIALS, CREDENTIALS), "invalid_request", ""),
    "unknown grant_type": (
        (("grant_type", f"urn:{_UNKNOWN}"),),
        "unsupported_grant_type",
        "",
    ),
    "unknown client": ((CREDENTIALS,), "invalid_client", "bad_client"),
    "unknown scope": ((CREDENTIALS, ("scope", _UNKNOWN)), "invalid_scope", "bad_scope"),
    _NO_CODE: ((CODE,), "invalid_request", ""),
    _UNKNOWN_CODE: ((CODE, ("code", _UNKNOWN)), "invalid_grant", "bad_grant"),
    "no refresh token": ((REFRESH,), "invalid_request", ""),
    "unknown refresh token": (
        (REFRESH, ("refresh_token", _UNKNOWN)),
        "invalid_grant",
        "bad_grant",
    ),
}
"""Name -> parameters, error code, and the fact that may state the response."""


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each mistake that the server must refuse.

    A server may ignore an unknown scope, so that row needs a promise.
    """
    oauth = subject.facts.oauth
    left_out = set() if oauth and oauth.bad_scope else {"unknown scope"}
    if not refreshes(subject):
        left_out |= {"no refresh token", "unknown refresh token"}
    if needs_codes(subject) or not subject.context.clients[0].redirect_uri:
        left_out |= {_NO_CODE, _UNKNOWN_CODE}
    return tuple(Case(name) for name in _ROWS if name not in left_out)


def script(subject: Subject) -> Script:
    """Send the canonical request, then one with a single mistake."""
    yield from build.send_control(subject)
    parameters, _, _ = _ROWS[subject.row.name]
    client = subject.context.clients[0]
    if subject.row.name == "unknown client":
        client = replace(client, client_id=_UNKNOWN)
    place = yield from find_place(subject)
    request = yield from build.valid_request(subject)
    if subject.row.name == _UNKNOWN_CODE:
        parameters = (*parameters, *prove_code(subject, client))
    yield from steps.send(write_form(request, parameters, client, place))


def _find_expected(subject: Subject, exchange: Exchange) -> tuple[ExpectedResponse, str]:
    """The expected response and its error code (RFC 6749, section 5.2)."""
    _, error, fact = _ROWS[subject.row.name]
    stated: ExpectedResponse | None = getattr(subject.facts.oauth, fact) if fact else None
    usual: tuple[str, ...] = ("400",)
    if error == "invalid_client":
        usual = ("401",) if exchange.request.credentials else ("400", "401")
    own = stated.error if stated else None
    return stated_or_usual(stated, *usual), own if isinstance(own, str) else error


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if a token is granted, or else on another status, error code or challenge."""
    name = subject.row.name
    for exchange in transcript.exercised:
        expected, error = _find_expected(subject, exchange)
        if "access_token" in exchange.members:
            words = f"{judging.expected_text(expected)}, error {error}"
            return Failure("accepted", words, "a token", name, exchange.id)
        if wrong := judging.judge_status(exchange, expected):
            return replace(wrong, detail=name)
        code = exchange.members.get("error")
        if code != error:
            shown = "no error code" if code is None else f"error {pointers.describe_value(code)}"
            came = f"{describe(exchange)} with {shown}"
            return Failure("wrong-error", f"error {error}", came, name, exchange.id)
        if error == "invalid_client" and _lacks_challenge(exchange):
            words = "WWW-Authenticate: Basic, which is how the client authenticated"
            came = f"{describe(exchange)} without it"
            return Failure("no-challenge", words, came, name, exchange.id)
    return None


def _lacks_challenge(exchange: Exchange) -> bool:
    """Whether the response to a client that authenticated by Basic has no Basic challenge."""
    if exchange.response is None or not exchange.request.credentials:
        return False
    fields = exchange.response.header_values("www-authenticate")
    try:
        received = challenges.parse_challenges(", ".join(fields))
    except ValueError:
        return True
    return "basic" not in {challenge.scheme for challenge in received}


CHECK = Check(
    title="A bad token request gets the required error response",
    failure_title="A bad token request does not get the required error response",
    applies=applies_to(token_operation),
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
