"""What the policy says is ignored changes nothing."""

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
    alter,
    build,
    judging,
    steps,
)
from apicheck.checks.errors._refusals import is_oauth, names_its_members
from apicheck.checks.errors.unknown_parts import KINDS

_SLASH = "trailing_slash"


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation with something odd that the policy says is ignored."""
    if is_oauth(subject):
        return NotApplicable("its errors are those of OAuth (RFC 6749 section 5.2)")
    asked = cases(subject)
    if not asked:
        return NotApplicable("the policy says of nothing in its requests that it is ignored")
    return Applies(facts=tuple(f"requests.{case.name}" for case in asked))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A slash and a parameter more where nothing is written; a member more."""
    possible = {
        _SLASH: subject.op.safe and not subject.op.path.endswith("/"),
        "unknown_query": subject.op.safe,
        "unknown_field": names_its_members(subject),
    }
    promises = subject.facts.requests
    return tuple(
        Case(kind, kind)
        for kind, can_be_asked in possible.items()
        if can_be_asked and promises.get(kind) == "ignored"
    )


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with something odd."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    if subject.case.name == _SLASH:
        yield from steps.send(replace(request, path=f"{request.path}/"))
    else:
        yield from steps.send(
            alter.with_part(request, subject.op, KINDS[subject.case.name], "apicheck")
        )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused although it was to be ignored."""
    detail = subject.case.name if subject.case else ""
    return judging.judge_accepted(transcript, "accepted, as without it", detail)


CHECK = Check(
    title="What the policy says is ignored is ignored",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    accepted=True,
    reads=("requests.trailing_slash", "requests.unknown_query", "requests.unknown_field"),
    standards=("rfc6749#3.2",),
    outcomes=(Outcome("refused", Severity.LOW),),
    proven_by={"refused": ("errors/refuses-unknown-parameters",)},
    also={
        "errors/refuses-unknown-parameters": ("conformance/response",),
    },
)
