"""The server refuses a credential as soon as its revocation takes effect."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Confirm,
    NotApplicable,
    NotTested,
    NotTestedKind,
    RunContext,
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


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply where the policy says how soon a revocation takes effect."""
    if reason := needs_no_credential(subject) or covered_by_sibling(subject, safe_only=True):
        return reason
    within = subject.facts.authentication.revoked_within_s
    expected = expected_for_state(subject, "revoked")
    if within is None or expected is None:
        return NotApplicable("the policy does not say how soon a revocation takes effect")
    can = subject.context.capabilities
    if not ("mint" in can and can_revoke(subject.context)) or (
        "clock" not in can and within > PATIENCE_S
    ):
        return applying.needs_control("nothing can make a credential and revoke it")
    return Applies(
        requests=2, facts=("authentication.revoked_within",), seconds=within, promise=expected
    )


def can_revoke(context: RunContext) -> bool:
    """Whether a credential can be revoked: through control, or by the client that got it."""
    oauth = context.facts.oauth
    by_client = oauth is not None and bool(oauth.revoke) and bool(context.clients)
    return "revoke" in context.capabilities or by_client


def script(subject: Subject) -> Script:
    """Send the request with a new credential, which is accepted; revoke that; repeat."""
    yield from build.send_control(subject)
    names = subject.context.alternatives[subject.op.id][0]
    holder = yield from steps.mint(fresh=True, scheme=names[0] if len(names) == 1 else "")
    request = yield from send_accepted(subject, holder)
    if (yield from steps.ask("revoke", identity=holder.name)) is None:
        words = "nothing can revoke the credential that was made for this check"
        steps.end_script(NotTested(NotTestedKind.NEEDS_CONTROL, words))
    if within := subject.facts.authentication.revoked_within_s:
        yield from steps.wait(within, "until the revocation takes effect")
    yield from steps.send(request.with_bad_credentials(*request.credentials))


def say_when(subject: Subject) -> str:
    """When the credential was used, in words."""
    within = subject.facts.authentication.revoked_within_s
    return f"{within:g} s after it was revoked" if within else "after it was revoked"


CHECK = scripted_refusal(
    title="A credential is refused as promised after its revocation",
    failure_title="A credential is not refused as promised after its revocation",
    applies=applies,
    script=script,
    though=say_when,
    reads=("authentication.revoked_within",),
    standards=("rfc7009#2", "rfc6750#3.1"),
    accepted=Severity.HIGH,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("auth/accepts-revoked-credentials",),
        "wrong-status": ("auth/state-answered-with-other-status",),
    },
)
