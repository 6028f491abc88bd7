"""Additions to a request that the policy ignores are accepted."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Judgement,
    NotApplicable,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    steps,
)
from apicheck.checks.errors._refusals import is_oauth, names_its_members
from apicheck.checks.errors.unknown_parts import add_unknown_part

_SLASH, _CLIENT = "trailing_slash", "user_agent"
_OTHER_CLIENT = "curl/8.14.1"
"""Neither apicheck's own name nor that of a client of the provider."""


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation that can be sent an addition which the policy ignores."""
    if is_oauth(subject):
        return NotApplicable("its errors are those of OAuth (RFC 6749 section 5.2)")
    kinds = cases(subject)
    if not kinds:
        return NotApplicable("the policy ignores no addition to its requests")
    return Applies(facts=tuple(f"requests.{kind.name}" for kind in kinds))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A slash, a query parameter, another client for operations that read; a member of the body."""
    possible = {
        _SLASH: subject.op.safe and not subject.op.path.endswith("/"),
        "unknown_query": subject.op.safe,
        _CLIENT: subject.op.safe,
        "unknown_field": names_its_members(subject),
    }
    promises = subject.facts.requests
    return tuple(
        Case(kind, kind, fact=f"requests.{kind}", spread=kind if kind == _CLIENT else "")
        for kind, can_be_asked in possible.items()
        if can_be_asked and promises.get(kind) == "ignored"
    )


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with an addition."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    if subject.row.name == _SLASH:
        yield from steps.send(replace(request, path=f"{request.path}/"))
    elif subject.row.name == _CLIENT:
        yield from steps.send(request.with_header("User-Agent", _OTHER_CLIENT))
    else:
        yield from steps.send(add_unknown_part(subject, request))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the addition makes the server refuse the request."""
    return judging.judge_accepted(transcript, "accepted, as without it", subject.row.name)


CHECK = Check(
    title="Additions that the policy ignores are accepted",
    failure_title="An addition that the policy ignores is refused",
    applies=applies,
    cases=cases,
    rows_each=0,
    script=script,
    judge=judge,
    accepted=True,
    reads=(
        "requests.trailing_slash",
        "requests.unknown_query",
        "requests.unknown_field",
        "requests.user_agent",
    ),
    standards=("rfc6749#3.2",),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("errors/refuses-other-clients", "errors/refuses-unknown-parameters")},
)
