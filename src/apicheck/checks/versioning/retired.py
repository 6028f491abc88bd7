"""A retired version is refused as promised."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    ExpectedResponse,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    StatusSet,
    Subject,
    SubjectKind,
    Transcript,
    describe,
    steps,
)
from apicheck.authoring.facts import Treatment
from apicheck.checks.versioning._refusals import PROVOKED
from apicheck.checks.versioning._requests import (
    collides,
    find_obstacle,
    send_accepted,
    versions_of,
)

_TRIED = 3
"""How many operations are tried: not each of them need have existed in the retired version."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To each retired version whose refusal the policy promises."""
    facts = subject.facts.versioning
    if facts is None or not any(one.state == "retired" for one in facts.versions.values()):
        return NotApplicable("the policy names no retired version (versioning.versions)")
    rows = cases(subject)
    if not rows:
        return NotApplicable("the policy promises no response to them (versioning.retired)")
    found = Applies(requests=_TRIED, provokes=StatusSet(PROVOKED))
    return find_obstacle(subject) or found


def cases(subject: Subject) -> tuple[Case, ...]:
    """A row for each retired version."""
    facts = subject.facts.versioning
    retired = facts.versions if facts else {}
    return tuple(
        Case(name, fact=f"versioning.versions.{name}" if one.answer else "versioning.retired")
        for name, one in retired.items()
        if one.state == "retired" and isinstance(_promise(subject, name), ExpectedResponse)
    )


def _promise(subject: Subject, version: str) -> Treatment | None:
    facts = subject.facts.versioning
    return (facts.versions[version].answer or facts.retired) if facts else None


def script(subject: Subject) -> Script:
    """Ask operations with the retired version, until one is served or refused as promised."""
    version, promised = subject.row.name, _promise(subject, subject.row.name)
    for turn in range(_TRIED):
        request = yield from send_accepted(subject, turn)
        altered = versions_of(subject).put(request, version)
        if altered is None or collides(subject, altered, version):
            continue
        exchange = yield from steps.send(altered)
        due = isinstance(promised, ExpectedResponse) and exchange.status in promised.statuses
        if exchange.succeeded or due:
            return


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when a request is accepted, or none is refused with the promised status."""
    promised = _promise(subject, subject.row.name)
    if not isinstance(promised, ExpectedResponse):
        return NotApplicable("the policy promises no response to it")
    version = versions_of(subject).write(subject.row.name)
    due = f"{promised.statuses}: {version} is retired"
    asked = transcript.exercised
    for exchange in asked:
        if exchange.succeeded:
            return Failure("accepted", due, describe(exchange), version, exchange.id)
    if any(exchange.status in promised.statuses for exchange in asked):
        return None
    return Failure("wrong-status", due, describe(asked[-1]), version, asked[-1].id)


CHECK = Check(
    title="A retired version is refused as promised",
    failure_title="A retired version is not refused as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("versioning.retired", "versioning.versions"),
    standards=("rfc9110#15.5.11",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": (
            "versioning/serves-retired-version",
            "versioning/retired-version-answered-with-empty-200",
        ),
        "wrong-status": ("versioning/retired-version-answered-with-other-status",),
    },
)
