"""What a request without a valid credential would have made is not there afterwards."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    build,
    creations,
    credentials,
)
from apicheck.checks.auth._scope import expected_refusals, needs_no_credential


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To POST where GET lists, with a body that can be told from every other."""
    if reason := needs_no_credential(subject):
        return reason
    if creations.list_operation(subject) is None:
        return NotApplicable("it makes nothing that an operation of the same path lists")
    if expected_refusals(subject) is None:
        return NotApplicable("the policy does not say how a credential is refused")
    if not creations.unique_member(subject):
        return NotApplicable("nothing in its body is unique, by which to find what it made")
    if subject.context.mode is not Mode.FULL:
        why = "something would have to be made to be listed"
        return NotTested(NotTestedKind.READ_ONLY, why, '[safety]\nmode = "full"')
    return Applies(requests=5, facts=("authentication.refusal",))


def cases(_: Subject) -> tuple[Case, ...]:
    """Without a credential, and with one that is none."""
    return Case("nobody", "nobody"), Case("garbage", "garbage")


def script(subject: Subject) -> Script:
    """Refused; then made by somebody who may; then the list, until it shows the second."""
    assert subject.case is not None  # cases() made it
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject)
    refused = request.without_credentials()
    if subject.case.value == "garbage":
        who = build.identity_of(subject)
        bad = credentials.credentials_of(subject.context, subject.op.id, who, "not-a-token")
        refused = request.with_bad_credentials(*bad)
    yield from creations.probe_refused_create(subject, refused, request)


CHECK = Check(
    title="A request that is refused for its credential makes nothing",
    applies=applies,
    cases=cases,
    script=script,
    judge=creations.judge_refused_create,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2",),
    outcomes=(Outcome("made", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"made": ("auth/makes-before-it-refuses",)},
)
