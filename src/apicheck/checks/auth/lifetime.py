"""The server refuses a credential after its lifetime."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Claims,
    Confirm,
    NotApplicable,
    NotTested,
    Script,
    Severity,
    Subject,
    applying,
    build,
    steps,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.auth._scope import (
    PATIENCE_S,
    covered_by_sibling,
    expected_for_state,
    needs_no_credential,
    send_accepted,
)

_LEEWAY_S = 300.0
"""What a server may allow for clocks that differ."""


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy has a lifetime, and a new credential can be made to outlive it."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    lifetime = subject.facts.authentication.lifetime_s
    expected = expected_for_state(subject, "expired")
    if lifetime is None or expected is None:
        return NotApplicable("the policy does not say how long a credential lives")
    if not _find_issued_scheme(subject):
        return NotApplicable("its credentials do not come from the token operation")
    can = subject.context.capabilities
    if "mint" not in can or ("clock" not in can and lifetime > PATIENCE_S):
        return applying.needs_control(f"nothing can make a credential and let {lifetime:g} s pass")
    return Applies(
        requests=2,
        claims=Claims(exclusive=frozenset({"clock"})),
        last=True,
        facts=("authentication.lifetime",),
        seconds=lifetime + _LEEWAY_S,
        promise=expected,
    )


def _find_issued_scheme(subject: Subject) -> str:
    """The scheme whose credentials the token operation issues, "" where it is not the only one."""
    first = subject.context.alternatives[subject.op.id][0]
    scheme = subject.context.spec.schemes.get(first[0]) if len(first) == 1 else None
    return scheme.name if scheme and scheme.token_url else ""


def script(subject: Subject) -> Script:
    """Send the request with a new credential, which is accepted; let its lifetime pass; repeat."""
    yield from build.send_control(subject)
    scheme = _find_issued_scheme(subject)
    holder = yield from steps.mint(fresh=True, scheme=scheme, renewed=False)
    request = yield from send_accepted(subject, holder)
    lifetime = subject.facts.authentication.lifetime_s or 0.0
    yield from steps.wait(lifetime + _LEEWAY_S, "until the credential has expired")
    yield from steps.send(request.with_bad_credentials(*request.credentials))


CHECK = scripted_refusal(
    title="A credential is refused as promised after its lifetime",
    failure_title="A credential is not refused as promised after its lifetime",
    applies=applies,
    script=script,
    reads=("authentication.lifetime",),
    standards=("rfc6749#5.1", "rfc6750#3.1"),
    accepted=Severity.HIGH,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("auth/accepts-expired-credentials",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
