"""Plain HTTP is refused or redirected as promised, and not served."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Caller,
    Check,
    Exchange,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Role,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    paths,
    steps,
)
from apicheck.authoring.endpoints import (
    UNHEARD,
    may_expose,
    send_by,
    with_made_up_credentials,
)
from apicheck.checks.transport._plain import REDIRECT, facts_of, find_obstacle

_UNAUTHENTICATED = 401
_REFUSED = "no processing by plain HTTP: a closed port, 403, 426 or the like"
_REDIRECTED = "a redirect to HTTPS"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the policy requires HTTPS."""
    if obstacle := find_obstacle(subject):
        return obstacle
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    return Applies(requests=3, facts=facts_of(subject))


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then the same one twice by plain HTTP.

    The second goes on the same connection, if the server has kept it. Where others could read the
    credential on the way, a made-up one takes its place; then the response at the base URL shows
    how the API refuses that.
    """
    context = subject.context
    request = yield from paths.send_safe_request(subject)
    if not may_expose(context):
        request = with_made_up_credentials(request)
        yield from steps.send(request, Role.SETUP)
    for _ in range(2):
        sent = yield from steps.send(send_by(request, context.endpoints.plain_url))
        if sent.response is None:
            return


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when a request was processed, or redirected where a refusal is promised."""
    controls = transcript.of_role(Role.CONTROL)
    if not controls:
        return Inconclusive("there is no response at the base URL to compare with")
    accepted = controls[-1]
    refused = (one for one in transcript.of_role(Role.SETUP) if one.request.caller is Caller.BAD)
    secure = next(refused, accepted)
    found = [_judge_one(subject, one, accepted, secure) for one in transcript.exercised]
    failures = [one for one in found if isinstance(one, Failure)]
    return next((one for one in (*failures, *found) if one is not None), None)


def _judge_one(
    subject: Subject, plain: Exchange, accepted: Exchange, secure: Exchange
) -> Failure | Inconclusive | None:
    """Judge one response by plain HTTP.

    accepted, secure: the responses at the base URL to a valid request, and to the same one.
    """
    promise = subject.facts.transport.plain
    if plain.succeeded:
        if _looks_alike(plain, accepted):
            expected = _REDIRECTED if promise == "redirected" else _REFUSED
            return Failure("served", expected, describe(plain), exchange=plain.id)
        return Inconclusive(f"something else than the API seems to respond: {describe(plain)}")
    if _is_from_the_api(plain, secure):
        expected = f"{_REFUSED}, before the credential is looked at"
        actual = f"{describe(plain)}, as by HTTPS: the API has read the credential"
        return Failure("served", expected, actual, exchange=plain.id)
    if plain.request.caller is Caller.BAD and _looks_alike(plain, secure):
        words = f"{describe(plain)} comes by plain HTTP and by HTTPS alike"
        return Inconclusive(f"{words}: whether the request was read cannot be seen")
    if plain.status in REDIRECT and promise == "refused":
        actual = f"{describe(plain)}: whoever follows it has sent the credential in the clear"
        return Failure("redirected", _REFUSED, actual, exchange=plain.id)
    return None


def _is_from_the_api(plain: Exchange, secure: Exchange) -> bool:
    """Whether a made-up credential was refused for itself, as it is by HTTPS."""
    made_up = plain.request.caller is Caller.BAD
    unauthenticated = plain.status == secure.status == _UNAUTHENTICATED
    return made_up and unauthenticated and _looks_alike(plain, secure)


def _looks_alike(one: Exchange, other: Exchange) -> bool:
    """Whether two responses have status and media type in common, and the same challenge."""
    if one.response is None or other.response is None:
        return False
    return (
        one.status == other.status
        and one.response.media_type == other.response.media_type
        and one.response.header("WWW-Authenticate") == other.response.header("WWW-Authenticate")
    )


CHECK = Check(
    title="Plain HTTP is refused or redirected, as promised",
    failure_title="Plain HTTP is not refused or redirected as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("transport.https", "transport.plain"),
    standards=("rfc6750#5.3", "rfc9110#15.5.4"),
    outcomes=(
        Outcome("served", Severity.HIGH),
        Outcome("redirected", Severity.MEDIUM),
    ),
    proven_by={
        "served": (
            "transport/serves-plain",
            "transport/serves-plain-reads",
            "transport/serves-the-second-request",
        ),
        "redirected": ("transport/redirects-plain",),
    },
    judges_errors=UNHEARD,
)
