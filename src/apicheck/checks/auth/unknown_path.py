"""A request from nobody for a path that there is not gets the promised refusal."""

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


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where the policy says what a stranger is answered."""
    if subject.facts.authentication.unknown_paths is None:
        return NotApplicable("the policy promises no answer (authentication.unknown_paths)")
    if paths.find_safe_operation(subject.context) is None:
        return paths.NO_SAFE_OPERATION
    return Applies(facts=("authentication.unknown_paths",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Paths that there are not."""
    return tuple(Case(path, path) for path in paths.undefined_paths(subject.context))


def script(subject: Subject) -> Script:
    """A request that works, accepted; then without its credential a path that there is not."""
    operation = paths.find_safe_operation(subject.context)
    assert operation is not None  # applies() saw to it
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject, operation)
    request = (yield from build.valid_request(subject, operation)).without_credentials()
    yield from steps.send(replace(request, path=str(subject.case.value), query=(), operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Every other status is wrong, that of an answer to somebody too."""
    answer = subject.facts.authentication.unknown_paths
    assert answer is not None  # applies() saw to it
    wrong = (judging.judge_status(exchange, answer) for exchange in transcript.exercised)
    return next(filter(None, wrong), None)


CHECK = Check(
    title="A stranger who asks for an unknown path is answered as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.unknown_paths",),
    standards=("rfc9110#15.5.5", "rfc9110#15.5.2"),
    outcomes=(Outcome("wrong-status", Severity.LOW),),
    proven_by={"wrong-status": ("auth/unknown-path-answered-with-other-status",)},
)
