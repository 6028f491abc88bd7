"""An operation that requires a credential refuses a request that carries none."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To every operation that needs a credential, where the policy says how it is refused."""
    if reason := needs_no_credential(subject):
        return reason
    if subject.facts.authentication.anonymous is None:
        return NotApplicable("the policy says nothing on requests without credentials")
    return Applies(facts=("authentication.refusal",))


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same from nobody."""
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, refused=True)
    yield from steps.send(request.without_credentials())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    refusal = subject.facts.authentication.anonymous
    assert refusal is not None  # applies() saw to it
    return judging.judge_refused(transcript, refusal)


CHECK = Check(
    title="A request without credentials is refused",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("rfc9110#15.5.2", "rfc6750#3"),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("auth/skips-authentication",),
        "wrong-status": ("auth/missing-credentials-answered-with-other-status",),
    },
)
