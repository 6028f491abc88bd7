"""The token operation takes POST alone."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Check,
    Failure,
    Judgement,
    NotApplicable,
    Outcome,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    steps,
)
from apicheck.checks.oauth._client import (
    BODY,
    CREDENTIALS,
    credential_pairs,
    find_place,
    write_form,
)
from apicheck.checks.oauth._operations import applies_to, token_operation


def documents_get(subject: Subject) -> NotApplicable | None:
    """Why a GET may be served; None where the document has none at this path."""
    for operation in subject.context.spec.operations:
        if operation.method == "GET" and operation.path == subject.op.path:
            return NotApplicable("the document has a GET at the path of the token operation")
    return None


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same by GET, with its parameters in the URL."""
    yield from build.send_control(subject)
    place = yield from find_place(subject)
    request = yield from build.valid_request(subject)
    client = subject.context.clients[0]
    plain: Request = write_form(request, (), client, place)
    pairs = (CREDENTIALS, *(credential_pairs(client) if place == BODY else ()))
    got = replace(plain, method="GET", query=(*plain.query, *pairs), body=None, operation="")
    yield from steps.send(got.without_header("Content-Type"))


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server grants a token; other checks judge how it refuses the method."""
    for exchange in transcript.exercised:
        if "access_token" in exchange.members:
            expected = "no token: a token request is a POST"
            return Failure("granted", expected, "a token", exchange=exchange.id)
    return None


CHECK = Check(
    title="The token operation grants nothing to a GET",
    failure_title="The token operation grants a token to a GET",
    applies=applies_to(token_operation, unless=documents_get),
    script=script,
    judge=judge,
    reads=("oauth",),
    standards=("rfc6749#3.2",),
    outcomes=(Outcome("granted", Severity.LOW),),
    proven_by={"granted": ("oauth/grants-to-get",)},
)
