"""Each alternative of an operation's security is accepted by itself."""

from __future__ import annotations

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Identity,
    Judgement,
    NotApplicable,
    NotTested,
    Outcome,
    Script,
    Severity,
    Subject,
    Transcript,
    build,
    credentials,
    judging,
    steps,
)
from apicheck.checks.auth._scope import needs_no_credential

_DENIED = (401, 403)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that may be called with one kind of credential or another."""
    if reason := needs_no_credential(subject):
        return reason
    if len(subject.context.alternatives[subject.op.id]) < 2:
        return NotApplicable("one kind of credential alone may call it")
    return Applies(facts=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """Each alternative, by the names of its schemes."""
    every = subject.context.alternatives[subject.op.id]
    return tuple(Case(" and ".join(names), list(names)) for names in every)


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same with this alternative's credentials."""
    names = tuple(subject.case.value) if subject.case else ()
    who = _holder(subject, names)
    if who is None:
        steps.end_script(credentials.missing_credentials(subject.context, names))
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, identity=who)
    sent = credentials.credentials_of(subject.context, subject.op.id, who, alternative=names)
    yield from steps.send(request.with_credentials(who.name, *sent))


def _holder(subject: Subject, names: tuple[str, ...]) -> Identity | None:
    """Who may call the operation with these schemes: whoever usually does, if possible."""
    context = subject.context
    usual = context.identities.get(context.actors.get(subject.op.id, ""))
    for one in (usual, *context.identities.values()):
        active = (
            one is not None and one.state == "active" and credentials.satisfies(context, one, names)
        )
        if one is not None and active and context.permits(one, subject.op.id):
            return one
    return None


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Refused for want of a credential or a right is the mistake; else it is another matter."""
    del subject
    expected = "accepted, as with the other credentials that the document names"
    return judging.judge_accepted(transcript, expected, denied=_DENIED)


CHECK = Check(
    title="Each kind of credential that is documented is accepted by itself",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authentication.refusal",),
    standards=("openapi-3.1.1#security-requirement-object",),
    outcomes=(Outcome("refused", Severity.MEDIUM),),
    proven_by={"refused": ("auth/takes-first-alternative-alone",)},
    accepted=True,
)
