"""A failure of the server is answered as promised."""

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
    build,
    paths,
    steps,
)
from apicheck.checks.errors._refusals import judge_promised_refusal, promised_response

_UNCONTROLLED = NotTested(
    NotTestedKind.NEEDS_CONTROL,
    "nothing here can make the API fail",
    '[control]\nurl = "http://127.0.0.1:9000"  # one that offers fail_next',
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To the API as a whole, where its failures are promised and can be had."""
    if promised_response(subject.context, "failure") is None:
        return NotApplicable("the policy promises no answer (requests.failure)")
    if "fail_next" not in subject.context.capabilities:
        return _UNCONTROLLED
    if paths.find_safe_operation(subject.context) is None:
        return paths.NO_SAFE_OPERATION
    # Whoever called the operation meanwhile would meet the failure in our place.
    alone = Claims(exclusive=frozenset({"clock"}))
    return Applies(claims=alone, facts=("requests.failure",))


def script(subject: Subject) -> Script:
    """A request that works, accepted; then the same one while the server fails."""
    operation = paths.find_safe_operation(subject.context)
    assert operation is not None  # applies() saw to it
    promise = promised_response(subject.context, "failure")
    assert promise is not None
    yield from build.send_control(subject, operation)
    request = yield from build.valid_request(subject, operation)
    status = next((s for s in promise.statuses.exact if s >= 500), 500)
    if (yield from steps.ask("fail_next", operation=operation, status=status)) is None:
        steps.end_script(_UNCONTROLLED)
    yield from steps.send(request)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """A failure that looks like a success is worse than one with another status."""
    return judge_promised_refusal(subject, transcript, "failure")


CHECK = Check(
    title="A failure of the server is answered as promised",
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
    also={
        "errors/failure-answered-with-200": ("conformance/response", "errors/envelope"),
        "errors/failure-answered-with-other-status": ("conformance/response", "errors/envelope"),
    },
    provokes=frozenset(range(500, 600)),
    accepted=True,
)
