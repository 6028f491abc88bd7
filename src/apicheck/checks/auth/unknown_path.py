"""A request without a credential for an undefined path gets the promised response."""

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


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to the API as a whole, where the policy promises a response."""
    expected = subject.facts.authentication.unknown_paths
    if expected is None:
        return NotApplicable("the policy promises no response (authentication.unknown_paths)")
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    return Applies(facts=("authentication.unknown_paths",), promise=expected)


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each undefined path."""
    return tuple(Case(path, path) for path in paths.undefined_paths(subject.context))


def script(subject: Subject) -> Script:
    """Send a valid request, then one for an undefined path without a credential."""
    request = (yield from paths.send_safe_request(subject)).without_credentials()
    yield from steps.send(replace(request, path=str(subject.row.value), query=(), operation=""))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on every other status than the promised one."""
    wrong = (judging.judge_status(exchange, subject.expected) for exchange in transcript.exercised)
    return next(filter(None, wrong), None)


CHECK = Check(
    title="An undefined path gets the promised response without a credential",
    failure_title="An undefined path does not get the promised response without a credential",
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
