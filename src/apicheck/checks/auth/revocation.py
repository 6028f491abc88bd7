"""A credential that was accepted is refused as soon as its revocation takes effect."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Confirm,
    Judgement,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    judging,
    steps,
)
from apicheck.checks.auth._scope import (
    PATIENCE_S,
    covered_by_sibling,
    expected_for_state,
    needs_no_credential,
    send_accepted,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says how soon a revoked credential stops working."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    within = subject.facts.authentication.revoked_within_s
    if within is None or expected_for_state(subject, "revoked") is None:
        return NotApplicable("the policy does not say how soon a revocation takes effect")
    can = subject.context.capabilities
    if not {"mint", "revoke"} <= can or ("clock" not in can and within > PATIENCE_S):
        return NotTested(
            NotTestedKind.NEEDS_CONTROL,
            "nothing can make a credential and revoke it",
            '[control]\nurl = "http://127.0.0.1:9000"',
        )
    return Applies(requests=2, facts=("authentication.revoked_within",), seconds=within)


def script(subject: Subject) -> Script:
    """With a credential of our own: accepted; revoked; the same again."""
    yield from build.send_control(subject)
    names = subject.context.alternatives[subject.op.id][0]
    who = yield from steps.mint(fresh=True, scheme=names[0] if len(names) == 1 else "")
    request = yield from send_accepted(subject, who)
    if (yield from steps.ask("revoke", identity=who.name)) is None:
        words = "the credential that was made for this cannot be revoked"
        steps.end_script(NotTested(NotTestedKind.NEEDS_CONTROL, words))
    if within := subject.facts.authentication.revoked_within_s:
        yield from steps.wait(within, "until the revocation takes effect")
    yield from steps.send(request.with_bad_credentials(*request.credentials))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    answer = expected_for_state(subject, "revoked")
    assert answer is not None  # applies() saw to it
    within = subject.facts.authentication.revoked_within_s
    delay = f"{within:g} s " if within else ""
    return judging.judge_refused(transcript, answer, though=f"{delay}after it was revoked")


CHECK = Check(
    title="A revoked credential stops working in time",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.revoked_within",),
    standards=("rfc7009#2", "rfc6750#3.1"),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("auth/accepts-revoked-credentials",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
