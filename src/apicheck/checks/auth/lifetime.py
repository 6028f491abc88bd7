"""A credential is refused when the time for which it was issued is over."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Claims,
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

_LEEWAY_S = 300.0
"""Clocks differ, and servers allow for it."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Where the policy says how long a credential lives, and we can get one, and let time pass."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    lifetime = subject.facts.authentication.lifetime_s
    if lifetime is None or expected_for_state(subject, "expired") is None:
        return NotApplicable("the policy does not say how long a credential lives")
    if not any(subject.context.spec.schemes[n].token_url for n in _schemes(subject)):
        return NotApplicable("its credentials do not come from the token operation")
    can = subject.context.capabilities
    if "mint" not in can or ("clock" not in can and lifetime > PATIENCE_S):
        return NotTested(
            NotTestedKind.NEEDS_CONTROL,
            f"nothing can make a credential and let {lifetime:g} s pass",
            '[control]\nurl = "http://127.0.0.1:9000"',
        )
    seconds = lifetime + _LEEWAY_S
    alone = Claims(exclusive=frozenset({"clock"}))
    return Applies(2, alone, last=True, facts=("authentication.lifetime",), seconds=seconds)


def _schemes(subject: Subject) -> tuple[str, ...]:
    first = subject.context.alternatives[subject.op.id][0]
    return first if len(first) == 1 and first[0] in subject.context.spec.schemes else ()


def script(subject: Subject) -> Script:
    """With a new credential: accepted; its lifetime passes; the same again."""
    yield from build.send_control(subject)
    scheme = _schemes(subject)[0]
    who = yield from steps.mint(fresh=True, scheme=scheme, renewed=False)
    request = yield from send_accepted(subject, who)
    lifetime = subject.facts.authentication.lifetime_s or 0.0
    yield from steps.wait(lifetime + _LEEWAY_S, "until the credential has expired")
    yield from steps.send(request.with_bad_credentials(*request.credentials))


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with another status."""
    answer = expected_for_state(subject, "expired")
    assert answer is not None  # applies() saw to it
    return judging.judge_refused(transcript, answer)


CHECK = Check(
    title="A credential does not outlive its lifetime",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.lifetime",),
    standards=("rfc6749#5.1", "rfc6750#3.1"),
    outcomes=(
        Outcome("accepted", Severity.HIGH, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("auth/accepts-expired-credentials",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
