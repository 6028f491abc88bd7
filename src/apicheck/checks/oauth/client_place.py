"""A client authenticates in one way, and never in the URL."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
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
    body_members,
    by_basic,
    not_this_operation,
    token_operation,
    write_form,
)

_TWICE, _IN_URL = "header and body at once", "in the URL"


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation."""
    return not_this_operation(subject, token_operation(subject)) or Applies(facts=("oauth",))


def cases(_: Subject) -> tuple[Case, ...]:
    """Two ways at once; the way that is forbidden."""
    return Case(_TWICE), Case(_IN_URL)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with the credentials elsewhere."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    request = yield from build.valid_request(subject)
    if subject.case is None or subject.case.name == _TWICE:
        both = write_form(request, (CREDENTIALS,), client, BODY)
        yield from steps.send(by_basic(both, client))
        return
    own = (("client_id", client.client_id), ("client_secret", client.client_secret))
    plain = write_form(request, (CREDENTIALS,), None, BODY)
    yield from steps.send(replace(plain, query=(*plain.query, *own)))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A token is the fail; how the request is refused is for others to say."""
    in_url = subject.case is not None and subject.case.name == _IN_URL
    for exchange in transcript.exercised:
        if "access_token" not in body_members(exchange):
            continue
        if in_url:
            expected = "no token: credentials may be in the header or in the body"
            return Failure("in-url", expected, "a token", exchange=exchange.id)
        expected = "invalid_request: more than one way of authenticating"
        return Failure("two-ways", expected, "a token", exchange=exchange.id)
    return None


CHECK = Check(
    title="A client authenticates in one way, and not in the URL",
    applies=applies,
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
