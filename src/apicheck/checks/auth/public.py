"""A public operation does not ask for a credential."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Check,
    Failure,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    describe,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential

_DENIED = (401, 403, 407, 511)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """Apply to operations without security, and to those that the policy opens to all callers."""
    if needs_no_credential(subject) is None:
        return NotApplicable("it needs a credential")
    if subject.context.implied_scheme:
        return NotApplicable("the document says of no operation whether it needs a credential")
    oauth = subject.facts.oauth
    if oauth and subject.op.id in (oauth.token, oauth.revoke):
        return NotApplicable("it authenticates the OAuth client in its own way")
    return Applies(facts=("authentication.anonymous_may", "authentication.refusal"))


def script(subject: Subject) -> Script:
    """Send the canonical request without a credential."""
    request = yield from build.valid_request(subject)
    yield from steps.send(request.without_credentials())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on the statuses that ask for a credential; every other response passes."""
    del subject
    for exchange in transcript.exercised:
        if exchange.status in _DENIED:
            expected = "served: the operation is public"
            return Failure("refused", expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A public operation does not ask for a credential",
    failure_title="A public operation asks for a credential",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.anonymous_may", "authentication.refusal"),
    standards=("openapi-3.1.1#operation-object",),
    outcomes=(Outcome("refused", Severity.MEDIUM),),
    proven_by={"refused": ("auth/public-operation-needs-credential",)},
    accepted=True,
)
