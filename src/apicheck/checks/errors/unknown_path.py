"""An undefined path is refused as promised."""

from __future__ import annotations

from dataclasses import replace

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
    SubjectKind,
    Transcript,
    build,
    judging,
    paths,
    steps,
)
from apicheck.checks.errors._refusals import find_promise


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the policy promises a response."""
    expected = find_promise(subject, "unknown_path")
    if isinstance(expected, NotApplicable):
        return expected
    if paths.find_safe_operation(subject.context) is None:
        return paths.NO_SAFE_OPERATION
    return Applies(facts=("requests.unknown_path",), promise=expected)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Paths that no operation has."""
    return tuple(Case(path, path) for path in paths.undefined_paths(subject.context))


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then one with the same credential for an undefined path."""
    operation = paths.find_safe_operation(subject.context)
    assert operation is not None  # applies() made sure
    yield from build.send_control(subject, operation)
    request = yield from build.valid_request(subject, operation)
    yield from steps.send(replace(request, path=subject.row.name, query=(), operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the request is accepted, or refused with another status."""
    return judging.judge_refused(transcript, subject.expected)


CHECK = Check(
    title="An undefined path is refused as promised",
    failure_title="An undefined path is not refused as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.unknown_path",),
    standards=("rfc9110#15.5.5",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/unknown-path-answered-with-200",),
        "wrong-status": ("errors/unknown-path-answered-with-other-status",),
    },
)
