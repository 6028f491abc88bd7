"""What a request without the right would have made is not there afterwards."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
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
)
from apicheck.checks.scopes._rights import (
    NO_UNDERPRIVILEGED_IDENTITY,
    required_rights,
    underprivileged,
    underprivileged_cases,
    with_sender,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To POST where GET lists, with a body that can be told from every other."""
    if not required_rights(subject) or creations.list_operation(subject) is None:
        return NotApplicable("it makes nothing that an operation of the same path lists")
    if subject.facts.authorization.refusal is None:
        return NotApplicable("the policy says nothing on credentials that lack a right")
    if not creations.unique_member(subject):
        return NotApplicable("nothing in its body is unique, by which to find what it made")
    if subject.context.mode is not Mode.FULL:
        reason = "something would have to be made to be listed"
        return NotTested(NotTestedKind.READ_ONLY, reason, '[safety]\nmode = "full"')
    if not underprivileged_cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(requests=5, facts=("authorization.refusal",))


def script(subject: Subject) -> Script:
    """Refused; then made by somebody who may; then the list, until it shows the second."""
    yield from build.send_control(subject)
    who = yield from underprivileged(subject, underprivileged_cases(subject)[0].value)
    request = yield from build.valid_request(subject)
    yield from creations.probe_refused_create(subject, with_sender(subject, request, who), request)


CHECK = Check(
    title="A refused request makes nothing",
    applies=applies,
    script=script,
    judge=creations.judge_refused_create,
    reads=("authorization.refusal",),
    standards=("rfc9110#15.5.4",),
    outcomes=(Outcome("made", Severity.CRITICAL),),
    min_exercised=2,
    proven_by={"made": ("scopes/makes-before-refusing",)},
)
