"""The token operation grants nothing to a client that does not authenticate."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import Case, Confirm, Request, Script, Severity, Subject, build, steps
from apicheck.authoring.refusals import by_row, scripted_refusal
from apicheck.checks.oauth._client import BODY, CREDENTIALS, find_place, write_form
from apicheck.checks.oauth._operations import applies_to, bad_client, token_operation

_FOREIGN = "secret of another client"


def cases(subject: Subject) -> tuple[Case, ...]:
    """Ways in which a client can fail to authenticate."""
    names = ["wrong secret", "empty secret", "name alone", "nobody"]
    if len(subject.context.clients) > 1:
        names.append(_FOREIGN)
    return tuple(Case(name) for name in names)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same without the client's own secret."""
    yield from build.send_control(subject)
    place = yield from find_place(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(_make_unauthenticated(subject, request, place))


def _make_unauthenticated(subject: Subject, request: Request, place: str) -> Request:
    name, client = subject.row.name, subject.context.clients[0]
    if name == "nobody":
        return write_form(request, (CREDENTIALS,), None, place)
    if name == "name alone":
        parameters = (CREDENTIALS, ("client_id", client.client_id))
        return write_form(request, parameters, None, BODY)
    secrets = {"wrong secret": f"{client.client_secret}~flip(-1)", "empty secret": ""}
    if name == _FOREIGN:
        secrets[_FOREIGN] = subject.context.clients[1].client_secret
    return write_form(request, (CREDENTIALS,), replace(client, client_secret=secrets[name]), place)


CHECK = scripted_refusal(
    title="A client that does not authenticate is refused as promised",
    failure_title="A client that does not authenticate is not refused as promised",
    applies=applies_to(token_operation, promise=bad_client),
    cases=cases,
    script=script,
    detail=by_row,
    reads=("oauth",),
    standards=("rfc6749#3.2.1", "rfc6749#2.3.1", "rfc6749#5.2"),
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": (
            "oauth/accepts-any-client-secret",
            "oauth/accepts-secret-of-another-client",
        ),
        "wrong-status": ("oauth/invalid-client-answered-with-400",),
    },
)
