"""The token operation refuses client credentials in two places at once, and in the URL."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Case,
    Check,
    Failure,
    Judgement,
    Outcome,
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
    add_basic,
    credential_pairs,
    write_form,
)
from apicheck.checks.oauth._operations import applies_to, token_operation

_TWICE, _IN_URL = "header and body at once", "in the URL"


def cases(_: Subject) -> tuple[Case, ...]:
    """Two places at once, and the URL."""
    return Case(_TWICE), Case(_IN_URL)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with the credentials in the wrong places."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    request = yield from build.valid_request(subject)
    if subject.row.name == _TWICE:
        both = write_form(request, (CREDENTIALS,), client, BODY)
        yield from steps.send(add_basic(both, client))
    else:
        plain = write_form(request, (CREDENTIALS,), None, BODY)
        yield from steps.send(replace(plain, query=(*plain.query, *credential_pairs(client))))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server grants a token; other checks judge how it refuses the request."""
    for exchange in transcript.exercised:
        if "access_token" not in exchange.members:
            continue
        if subject.row.name == _IN_URL:
            expected = "no token: client credentials must not be in the URL"
            return Failure("in-url", expected, "a token", exchange=exchange.id)
        expected = "invalid_request: the client authenticated in two ways at once"
        return Failure("two-ways", expected, "a token", exchange=exchange.id)
    return None


CHECK = Check(
    title="Client credentials in two places or in the URL are refused",
    failure_title="Client credentials in two places or in the URL are accepted",
    applies=applies_to(token_operation),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    standards=("rfc6749#2.3", "rfc6749#2.3.1", "rfc6749#5.2"),
    outcomes=(Outcome("two-ways", Severity.LOW), Outcome("in-url", Severity.MEDIUM)),
    proven_by={
        "two-ways": ("oauth/accepts-two-ways-at-once",),
        "in-url": ("oauth/accepts-client-in-url",),
    },
)
