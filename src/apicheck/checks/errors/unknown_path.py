"""An undefined path is refused as promised."""

from __future__ import annotations

from dataclasses import replace

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    ExpectedResponse,
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
    version = _of_versions(subject)
    if isinstance(expected, NotApplicable) and version is None:
        return expected
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    if isinstance(expected, NotApplicable):
        return Applies(facts=("versioning.unknown",), promise=version)
    facts = ("requests.unknown_path", *(("versioning.unknown",) if version else ()))
    return Applies(facts=facts, promise=expected)


def _of_versions(subject: Subject) -> ExpectedResponse | None:
    """The response that the policy promises for a version that does not exist."""
    versioning = subject.facts.versioning
    return versioning.unknown if versioning and paths.unknown_versions(subject.context) else None


def cases(subject: Subject) -> tuple[Case, ...]:
    """Paths that no operation has, and one of a version that does not exist, where promised."""
    promised = not isinstance(find_promise(subject, "unknown_path"), NotApplicable)
    names = paths.undefined_paths(subject.context) if promised else ()
    versions = paths.unknown_versions(subject.context) if _of_versions(subject) else ()
    return tuple(Case(path, path) for path in (*names, *versions))


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then one with the same credential for an undefined path."""
    request = yield from paths.send_safe_request(subject)
    yield from steps.send(replace(request, path=subject.row.name, query=(), operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the request is accepted, or refused with another status."""
    version = _of_versions(subject)
    of_version = subject.row.name in paths.unknown_versions(subject.context)
    expected = version if version is not None and of_version else subject.expected
    return judging.judge_refused(transcript, expected)


CHECK = Check(
    title="An undefined path is refused as promised",
    failure_title="An undefined path is not refused as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("requests.unknown_path", "versioning.unknown"),
    standards=("rfc9110#15.5.5",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/unknown-path-answered-with-200",),
        "wrong-status": ("errors/unknown-path-answered-with-other-status",),
    },
)
