"""The token operation grants nothing to a client that does not authenticate."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    ExpectedResponse,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Request,
    Script,
    Severity,
    StatusSet,
    Subject,
    Transcript,
    build,
    judging,
    steps,
)
from apicheck.checks.oauth._client import (
    BODY,
    CREDENTIALS,
    not_this_operation,
    place_of,
    token_operation,
    write_form,
)

_ANOTHERS = "secret of another client"
_ROWS = ("wrong secret", "empty secret", "name alone", "nobody")


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation."""
    return not_this_operation(subject, token_operation(subject)) or Applies(facts=("oauth",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Ways of not being the client that one says to be."""
    several = len(subject.context.clients) > 1
    return tuple(Case(name) for name in (*_ROWS, *((_ANOTHERS,) if several else ())))


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same without the client's own secret."""
    yield from build.send_control(subject)
    place = yield from place_of(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(_unauthenticated(subject, request, place))


def _unauthenticated(subject: Subject, request: Request, place: str) -> Request:
    name, client = (
        subject.case.name if subject.case else _ROWS[0],
        subject.context.clients[0],
    )
    if name == "nobody":
        return write_form(request, (CREDENTIALS,), None, place)
    if name == "name alone":
        parameters = (CREDENTIALS, ("client_id", client.client_id))
        return write_form(request, parameters, None, BODY)
    secrets = {"wrong secret": f"{client.client_secret}~flip(-1)", "empty secret": ""}
    if name == _ANOTHERS:
        secrets[_ANOTHERS] = subject.context.clients[1].client_secret
    return write_form(request, (CREDENTIALS,), replace(client, client_secret=secrets[name]), place)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    stated = subject.facts.oauth.bad_client if subject.facts.oauth else None
    answer = stated if stated and stated.statuses else ExpectedResponse(StatusSet(("400", "401")))
    return judging.judge_refused(transcript, answer, subject.case.name if subject.case else "")


CHECK = Check(
    title="A client that does not authenticate gets no token",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    standards=("rfc6749#3.2.1", "rfc6749#2.3.1", "rfc6749#5.2"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": (
            "oauth/accepts-any-client-secret",
            "oauth/accepts-secret-of-another-client",
        ),
        "wrong-status": ("oauth/invalid-client-answered-with-400",),
    },
)
