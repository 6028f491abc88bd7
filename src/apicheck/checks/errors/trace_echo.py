"""A response to TRACE does not repeat the credential."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Check,
    Credential,
    Failure,
    Judgement,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    endpoints,
    paths,
    steps,
)

_FIELDS = ("Authorization", "Cookie", "X-Api-Key")


def applies(subject: Subject) -> Applies | NotTested:
    """To the API as a whole."""
    readable = paths.list_safe_operations(subject.context)
    return Applies(requests=1) if readable else paths.NO_SAFE_OPERATION


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then TRACE for the same path, with made-up credentials."""
    request = yield from paths.send_safe_request(subject)
    made_up = (Credential("", "header", name, f"{name}={endpoints.MADE_UP}") for name in _FIELDS)
    bare = replace(request, method="TRACE", body=None, operation="", headers=())
    yield from steps.send(bare.with_bad_credentials(*made_up))


def judge(_: Subject, transcript: Transcript) -> Judgement:
    """Fail for a response that has one of the made-up values."""
    exchange = transcript.exercised[-1]
    body = exchange.received.body.decode("utf-8", "replace")
    repeated = [name for name in _FIELDS if f"{name}={endpoints.MADE_UP}" in body]
    if not repeated:
        return None
    expected = "405 or 501, or a response without the fields that hold credentials"
    actual = f"{describe(exchange)} with the {', '.join(repeated)} of the request"
    return Failure("echoed", expected, actual, exchange=exchange.id)


CHECK = Check(
    title="A response to TRACE does not repeat the credential",
    failure_title="A response to TRACE repeats the credential",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    standards=("rfc9110#9.3.8",),
    outcomes=(Outcome("echoed", Severity.MEDIUM),),
    proven_by={"echoed": ("errors/echoes-trace",)},
    provokes=frozenset({501}),
)
