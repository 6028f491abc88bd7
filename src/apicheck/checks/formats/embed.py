"""A member that a request asks for is in the response."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Failure,
    Inconclusive,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    describe,
    listing,
    spreading,
    steps,
)
from apicheck.authoring.facts import Embed
from apicheck.checks.formats._embed import find_promise

_FACT = "formats.embed"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To reads with the parameter, where the policy says what it adds."""
    found = find_promise(subject)
    return found if isinstance(found, NotApplicable) else Applies(facts=(_FACT,))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each value, sent to a few operations."""
    rows = [Case(name, name) for name in _promised(subject).adds]
    return spreading.spread(rows, among="embed")


def _promised(subject: Subject) -> Embed:
    found = find_promise(subject)
    assert isinstance(found, Embed)  # applies() made sure
    return found


def script(subject: Subject) -> Script:
    """Ask for the member."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    part = Part("query", _promised(subject).parameter)
    yield from steps.send(alter.with_part(request, subject.op, part, subject.row.value))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Some object of the response must have the member; an empty list shows nothing."""
    (exchange, *_), name = transcript.exercised, subject.row.value
    if not exchange.succeeded:
        expected = f"an object with {name}"
        return Failure("refused", expected, describe(exchange), name, exchange.id)
    body = exchange.json_or()
    if body is None or exchange.received.truncated:
        return Inconclusive(f"the response was {describe(exchange)}, which is no JSON")
    shown = list(listing.objects_in(body))
    if any(name in item for item in shown):
        return None
    if not any("id" in item for item in shown):
        return NotApplicable("the response shows no object")
    return Failure("missing", f"objects with {name}", f"none has {name}", name, exchange.id)


CHECK = Check(
    title="A member that a request asks for is in the response",
    failure_title="A member that a request asks for is missing",
    applies=applies,
    cases=cases,
    rows_each=1,
    script=script,
    judge=judge,
    accepted=True,
    reads=(_FACT,),
    outcomes=(Outcome("refused", Severity.MEDIUM), Outcome("missing", Severity.MEDIUM)),
    proven_by={
        "refused": ("formats/refuses-embed",),
        "missing": ("formats/ignores-embed",),
    },
)
