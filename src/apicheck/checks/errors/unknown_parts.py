"""A parameter or member that the document does not name is refused as promised."""

from __future__ import annotations

from collections.abc import Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
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
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, names_its_members, not_promised

NAME = "apicheck_unknown"
KINDS: Mapping[str, Part] = {
    "unknown_query": Part("query", NAME),
    "unknown_field": Part("body", f"/{NAME}"),
}


def applies(subject: Subject) -> Applies | NotApplicable:
    """To every operation with parts of which the policy speaks."""
    asked = cases(subject)
    if not asked:
        return NotApplicable("the policy promises no refusal of parts that are not documented")
    return Applies(facts=tuple(f"requests.{case.name}" for case in asked))


def cases(subject: Subject) -> tuple[Case, ...]:
    """A query parameter; a member, where the document says which members there are."""
    kinds = [kind for kind in KINDS if not_promised(subject, kind) is None]
    return tuple(
        Case(kind, kind) for kind in kinds if kind != "unknown_field" or names_its_members(subject)
    )


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then with one part more."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    yield from steps.send(
        alter.with_part(request, subject.op, KINDS[subject.case.name], "apicheck")
    )


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    kind = subject.case.name if subject.case else "unknown_field"
    return judge_promised_refusal(subject, transcript, kind, kind)


CHECK = Check(
    title="Parts that the document does not name are refused as promised",
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
    also={
        "errors/ignores-unknown-members": ("scopes/foreign-in-list",),
    },
)
