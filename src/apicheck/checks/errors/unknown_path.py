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
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    return Applies(facts=("requests.unknown_path",), promise=expected)


def cases(subject: Subject) -> tuple[Case, ...]:
    """Paths that no operation has, and one of a version that there will not be for long."""
    context = subject.context
    names = (*paths.undefined_paths(context), *paths.far_versions(context))
    return tuple(Case(path, path) for path in names)


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then one with the same credential for an undefined path."""
    request = yield from paths.send_safe_request(subject)
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
