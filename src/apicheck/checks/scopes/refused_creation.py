"""A request that is refused for a missing right creates nothing."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
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
from apicheck.checks.scopes._rights import (
    NO_CREATION_ALLOWED,
    NO_PROMISED_REFUSAL,
    NO_UNDERPRIVILEGED_IDENTITY,
    obtain_identity,
    required_rights,
    underprivileged_cases,
    with_sender,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To POST where GET of the same path lists, with a unique value in the body."""
    if not required_rights(subject) or creations.list_operation(subject) is None:
        return NotApplicable("it needs no right, or no operation of its path lists what it creates")
    if subject.facts.authorization.refusal is None:
        return NO_PROMISED_REFUSAL
    if not creations.unique_member(subject):
        return NotApplicable("no member of its body is unique, by which to find the object")
    if subject.context.mode is not Mode.FULL:
        return NO_CREATION_ALLOWED
    if not underprivileged_cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(requests=5, facts=("authorization.refusal",))


def script(subject: Subject) -> Script:
    """A refused request; an accepted one; then the list, until it shows the second object."""
    yield from build.send_control(subject)
    sender = yield from obtain_identity(subject, underprivileged_cases(subject)[0].value)
    request = yield from build.valid_request(subject)
    refused = with_sender(subject, request, sender)
    yield from creations.probe_refused_create(subject, refused, request)


CHECK = Check(
    title="A request without the right creates nothing",
    failure_title="A request without the right creates an object though it is refused",
    applies=applies,
    script=script,
    judge=creations.judge_refused_create,
    reads=("authorization.refusal",),
    standards=("rfc9110#15.5.4",),
    outcomes=(Outcome("made", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"made": ("scopes/makes-before-refusing",)},
)
