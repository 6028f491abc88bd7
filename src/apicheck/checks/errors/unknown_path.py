"""A path that there is not gets the promised refusal."""

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
    paths,
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, promised_response


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the policy promises an answer."""
    if promised_response(subject.context, "unknown_path") is None:
        return NotApplicable("the policy promises no answer (requests.unknown_path)")
    if paths.find_safe_operation(subject.context) is None:
        return paths.NO_SAFE_OPERATION
    return Applies(facts=("requests.unknown_path",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Paths that there are not."""
    return tuple(Case(path, path) for path in paths.undefined_paths(subject.context))


def script(subject: Subject) -> Script:
    """A request that works, accepted; then with its credential a path that there is not."""
    operation = paths.find_safe_operation(subject.context)
    assert operation is not None  # applies() saw to it
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject, operation)
    request = yield from build.valid_request(subject, operation)
    path = str(subject.case.value)
    yield from steps.send(replace(request, path=path, query=(), operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Served is worse than refused with another status."""
    return judge_promised_refusal(subject, transcript, "unknown_path")


CHECK = Check(
    title="An unknown path is refused as promised",
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
    also={
        "errors/unknown-path-answered-with-200": ("auth/*",),
        "errors/unknown-path-answered-with-other-status": ("auth/*",),
    },
)
