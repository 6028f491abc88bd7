"""The server accepts each alternative of an operation's security by itself."""

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
    """Apply to operations with several alternatives."""
    if reason := needs_no_credential(subject):
        return reason
    if len(subject.context.alternatives[subject.op.id]) < 2:
        return NotApplicable("it takes one kind of credential only")
    return Applies(facts=("authentication.refusal",))


def cases(subject: Subject) -> tuple[Case, ...]:
    """One row for each alternative but the one that every canonical request uses."""
    context, operation = subject.context, subject.op.id
    actor = context.identities.get(context.actors.get(operation, ""))
    usual = credentials.alternative_of(context, operation, actor) if actor else ()
    others = (names for names in context.alternatives[operation] if tuple(names) != tuple(usual))
    return tuple(Case(" and ".join(names), list(names)) for names in others)


def script(subject: Subject) -> Script:
    """Send the canonical request, then the same with the credentials of this alternative."""
    names = tuple(subject.row.value)
    holder = _find_holder(subject, names)
    if holder is None:
        steps.end_script(credentials.missing_credentials(subject.context, names))
    yield from build.send_control(subject)
    request = yield from build.valid_request(subject, identity=holder)
    sent = credentials.credentials_of(subject.context, subject.op.id, holder, alternative=names)
    yield from steps.send(request.with_credentials(holder.name, *sent))


def _find_holder(subject: Subject, names: tuple[str, ...]) -> Identity | None:
    """Find an identity that may call the operation with these schemes, the usual one first."""
    context = subject.context
    usual = context.actors.get(subject.op.id)
    candidates = sorted(context.identities.values(), key=lambda one: one.name != usual)
    for one in candidates:
        active = one.state == "active" and credentials.satisfies(context, one, names)
        if active and context.permits(one, subject.op.id):
            return one
    return None


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Fail on 401 and 403; any other refusal is about something else."""
    del subject
    expected = "accepted: the document lists this kind of credential as enough by itself"
    return judging.judge_accepted(transcript, expected, denied=_DENIED)


CHECK = Check(
    title="Every documented kind of credential is accepted by itself",
    failure_title="A documented kind of credential is not accepted by itself",
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
