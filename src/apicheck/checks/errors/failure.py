"""A failing server responds as promised."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Claims,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
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

_UNCONTROLLED = NotTested(
    NotTestedKind.NEEDS_CONTROL,
    "the target offers no way to make the API fail",
    '[control]\nurl = "http://127.0.0.1:9000"  # one that offers fail_next',
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where a response is promised and the server can be made to fail."""
    expected = find_promise(subject, "failure")
    if isinstance(expected, NotApplicable):
        return expected
    if "fail_next" not in subject.context.capabilities:
        return _UNCONTROLLED
    if not paths.list_safe_operations(subject.context):
        return paths.NO_SAFE_OPERATION
    # Another request for the operation would meet the failure in place of this one.
    alone = Claims(exclusive=frozenset({"clock"}))
    return Applies(claims=alone, facts=("requests.failure",), promise=expected)


def script(subject: Subject) -> Script:
    """Send a request that is accepted, then the same one while the server fails."""
    request = yield from paths.send_safe_request(subject)
    status = next((s for s in subject.expected.statuses.exact if s >= 500), 500)
    if (yield from steps.ask("fail_next", operation=request.operation, status=status)) is None:
        steps.end_script(_UNCONTROLLED)
    yield from steps.send(request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail when the response looks like a success, or has another status."""
    return judging.judge_refused(transcript, subject.expected)


CHECK = Check(
    title="A failing server responds as promised",
    failure_title="A failing server does not respond as promised",
    subject_kind=SubjectKind.API,
    applies=applies,
    script=script,
    judge=judge,
    reads=("requests.failure",),
    standards=("rfc9110#15.6.1",),
    outcomes=(Outcome("accepted", Severity.MEDIUM), Outcome("wrong-status", Severity.LOW)),
    proven_by={
        "accepted": ("errors/failure-answered-with-200",),
        "wrong-status": ("errors/failure-answered-with-other-status",),
    },
    provokes=frozenset(range(500, 600)),
    accepted=True,
)
