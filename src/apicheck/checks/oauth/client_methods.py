"""The token operation takes a client's credentials where they may be."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    NotTested,
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
    body_members,
    discard_tokens,
    not_this_operation,
    parameters_of,
    token_operation,
    write_form,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the token operation."""
    return not_this_operation(subject, token_operation(subject)) or Applies(facts=("oauth",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Basic, which every server must take; the body where the policy offers it."""
    offered = subject.facts.oauth.client_in if subject.facts.oauth else ()
    return tuple(Case(place) for place in offered or (HEADER,))


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with the credentials in the one place."""
    yield from build.send_control(subject)
    client, place = (
        subject.context.clients[0],
        subject.case.name if subject.case else HEADER,
    )
    request = yield from build.valid_request(subject)
    exchange = yield from steps.send(write_form(request, parameters_of(request), client, place))
    yield from discard_tokens(subject, client, body_members(exchange))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A client that authenticates gets its token."""
    place = subject.case.name if subject.case else HEADER
    way = "HTTP Basic" if place == HEADER else "client_id and client_secret in the body"
    return judging.judge_accepted(transcript, f"a token by {way}", place)


CHECK = Check(
    title="A client may authenticate where the policy says",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("oauth",),
    accepted=True,
    standards=("rfc6749#2.3.1",),
    outcomes=(Outcome("refused", Severity.MEDIUM),),
    proven_by={"refused": ("oauth/refuses-basic",)},
)
