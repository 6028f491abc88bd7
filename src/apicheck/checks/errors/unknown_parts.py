"""An undocumented parameter or member is refused as promised."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    ExpectedResponse,
    Judgement,
    NotApplicable,
    Outcome,
    Part,
    Request,
    Script,
    Severity,
    Subject,
    Transcript,
    alter,
    build,
    steps,
)
from apicheck.checks.errors._refusals import (
    find_promise,
    judge_promised_refusal,
    names_its_members,
)

NAME = "apicheck_unknown"
KINDS: Mapping[str, Part] = {
    "unknown_query": Part("query", NAME),
    "unknown_field": Part("body", f"/{NAME}"),
}


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation for which the policy promises a refusal of unknown parts."""
    kinds = cases(subject)
    if not kinds:
        return NotApplicable("the policy promises no refusal of undocumented parts")
    return Applies(facts=tuple(f"requests.{kind.name}" for kind in kinds))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A query parameter; a member of the body, where the document lists all of them."""
    return tuple(
        Case(kind, kind, fact=f"requests.{kind}")
        for kind in KINDS
        if isinstance(find_promise(subject, kind), ExpectedResponse)
        and (kind != "unknown_field" or names_its_members(subject))
    )


def add_unknown_part(subject: Subject, request: Request) -> Request:
    """Add the undocumented part that the case names."""
    return alter.with_part(request, subject.op, KINDS[subject.row.name], "apicheck")


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with an undocumented part."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(add_unknown_part(subject, request))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Judge by the promise for the kind of part."""
    kind = subject.row.name
    return judge_promised_refusal(subject, transcript, kind, kind)


CHECK = Check(
    title="Undocumented parameters and members are refused as promised",
    failure_title="An undocumented parameter or member is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.unknown_query", "requests.unknown_field"),
    standards=("openapi-3.1.1#schema-object",),
    outcomes=(Outcome("accepted", Severity.LOW), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/ignores-unknown-members",),
        "wrong-status": ("errors/unknown-member-answered-with-other-status",),
    },
)
