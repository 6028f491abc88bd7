"""An operation that is public answers without a credential."""

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
    """To operations without security, and those that the policy opens to anybody."""
    if needs_no_credential(subject) is None:
        return NotApplicable("it needs a credential")
    oauth = subject.facts.oauth
    if oauth and subject.op.id in (oauth.token, oauth.revoke):
        return NotApplicable("it authenticates the client in a way of its own")
    return Applies(facts=("authentication.anonymous_may", "authentication.refusal"))


def script(subject: Subject) -> Script:
    """The canonical request, from nobody."""
    request = yield from build.valid_request(subject)
    yield from steps.send(request.without_credentials())


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused for want of a credential: whatever else is answered, the door is open."""
    del subject
    for exchange in transcript.exercised:
        if exchange.status in _DENIED:
            expected = "an answer without a credential"
            return Failure("refused", expected, describe(exchange), exchange=exchange.id)
    return None


CHECK = Check(
    title="A public operation answers without a credential",
    applies=applies,
    script=script,
    judge=judge,
    reads=("authentication.anonymous_may", "authentication.refusal"),
    standards=("openapi-3.1.1#operation-object",),
    outcomes=(Outcome("refused", Severity.MEDIUM),),
    proven_by={"refused": ("auth/public-operation-needs-credential",)},
    accepted=True,
)
