"""A request that the server refuses for its credential creates nothing."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Mode,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    build,
    creations,
)
from apicheck.checks.auth._scope import (
    ANONYMOUS,
    BAD,
    expected_refusal,
    needs_no_credential,
    without_valid_credential,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to POST where GET of the path lists, and the body has a unique value."""
    if reason := needs_no_credential(subject):
        return reason
    if creations.list_operation(subject) is None:
        return NotApplicable("it creates nothing that an operation of the same path lists")
    if expected_refusal(subject) is None:
        return NotApplicable("the policy promises no response to a missing or bad credential")
    if not creations.unique_member(subject):
        return NotApplicable("its body has no unique value by which a list could show its object")
    if subject.context.mode is not Mode.FULL:
        return creations.NEEDS_FULL_MODE
    return Applies(requests=5, facts=("authentication.refusal",))


def cases(_: Subject) -> tuple[Case, ...]:
    """Without a credential, and with an invalid one."""
    return ANONYMOUS, BAD


def script(subject: Subject) -> Script:
    """Be refused, create another object, and read the list until it shows that one."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    refused = without_valid_credential(subject, request, bad=subject.row.name == BAD.name)
    yield from creations.probe_refused_create(subject, refused, request, of_nobody=True)


CHECK = Check(
    title="A request that is refused for its credential creates nothing",
    failure_title="A request that is refused for its credential creates an object",
    applies=applies,
    cases=cases,
    script=script,
    judge=creations.judge_refused_create,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("made", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"made": ("auth/makes-before-it-refuses", "auth/makes-for-another-tenant")},
)
