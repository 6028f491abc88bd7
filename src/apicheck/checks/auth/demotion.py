"""The server refuses a credential in use as soon as its owner has lost the right."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Confirm,
    NotApplicable,
    NotTested,
    Script,
    Severity,
    Subject,
    build,
    steps,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.auth._accounts import cannot_change, change_account, mint_person, say_though
from apicheck.checks.auth._scope import needs_no_credential, send_accepted


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to safe operations that need a role."""
    if reason := needs_no_credential(subject):
        return reason
    if not subject.op.safe or not subject.context.sufficient_roles.get(subject.op.id):
        return NotApplicable("it needs no role, or its request would change something")
    expected = subject.facts.authorization.refusal
    if expected is None:
        return NotApplicable("the policy promises no response to a credential without the right")
    seconds = subject.facts.authentication.changes_within_s or 0.0
    facts = ("authentication.changes_within",)
    return cannot_change(subject) or Applies(
        requests=2, facts=facts, seconds=seconds, promise=expected
    )


def script(subject: Subject) -> Script:
    """Send the request as a new person with the role; take the role from them; repeat."""
    yield from build.send_control(subject)
    holder = yield from mint_person(subject)
    request = yield from send_accepted(subject, holder)
    yield from change_account(subject, holder, roles=[])
    yield from steps.send(request)


CHECK = scripted_refusal(
    title="A credential in use loses each right that its owner loses",
    failure_title="A credential in use keeps rights that its owner has lost",
    applies=applies,
    script=script,
    though=lambda subject: say_though(subject, "its owner had lost the role"),
    reads=("authentication.changes_within", "authorization.roles"),
    standards=("rfc6750#3.1",),
    accepted=Severity.HIGH,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("auth/keeps-the-rights-of-the-demoted",),
        "wrong-status": ("scopes/denial-answered-with-other-status",),
    },
)
