"""The token operation accepts a client's credentials in each required way."""

from __future__ import annotations

from apicheck.authoring import (
    Case,
    Check,
    Judgement,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    steps,
)
from apicheck.checks.oauth._client import (
    HEADER,
    discard_tokens,
    parameters_of,
    write_form,
)
from apicheck.checks.oauth._operations import applies_to, token_operation


def cases(subject: Subject) -> tuple[Case, ...]:
    """Basic, which every server must take, and the body where the policy offers it."""
    offered = subject.facts.oauth.client_in if subject.facts.oauth else ()
    return tuple(Case(place) for place in offered or (HEADER,))


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with the credentials in one place."""
    yield from build.send_control(subject)
    client = subject.context.clients[0]
    request = yield from build.valid_request(subject)
    form = write_form(request, parameters_of(request), client, subject.row.name)
    exchange = yield from steps.send(form)
    yield from discard_tokens(subject, client, exchange.members)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail if the server refuses the client."""
    place = subject.row.name
    way = "HTTP Basic" if place == HEADER else "client_id and client_secret in the body"
    expected = f"a token: the client authenticated by {way}"
    return judging.judge_accepted(transcript, expected, place)


CHECK = Check(
    title="Every required way of client authentication is accepted",
    failure_title="A required way of client authentication is not accepted",
    applies=applies_to(token_operation),
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc6749#2.3.1",),
    outcomes=(Outcome("refused", Severity.MEDIUM),),
    proven_by={"refused": ("oauth/refuses-basic",)},
)
