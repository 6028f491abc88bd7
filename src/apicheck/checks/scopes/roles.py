"""An operation refuses a valid credential that has none of the roles which may call it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Applies,
    Case,
    Check,
    Confirm,
    Json,
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
)
from apicheck.checks.scopes._rights import NO_UNDERPRIVILEGED_IDENTITY, holder, identities, send_as


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that only some roles may call, where the policy says how others are refused."""
    if not subject.context.sufficient_roles.get(subject.op.id):
        return NotApplicable("the operation is open to every role")
    if subject.facts.authorization.refusal is None:
        return NotApplicable("the policy says nothing on credentials that lack a right")
    if not cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(facts=("authorization.refusal", "authorization.roles"))


def cases(subject: Subject) -> tuple[Case, ...]:
    """No role; every role that is not enough. Else the target's own that lack a role."""
    made = "mint" in subject.context.capabilities
    return tuple(_made(subject) if made else _held(subject))


def _made(subject: Subject) -> Iterator[Case]:
    yield Case("no role", {"roles": []})
    enough = subject.context.sufficient_roles[subject.op.id]
    others = [role for role in subject.context.all_roles if role not in enough]
    if others:
        yield Case("every role that is not enough", {"roles": others})


def _held(subject: Subject) -> Iterator[Case]:
    enough = set(subject.context.sufficient_roles[subject.op.id])
    for identity in identities(subject):
        if identity.roles is not None and enough.isdisjoint(identity.roles):
            yield Case(f"identity {identity.name}", {"identity": identity.name})


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same from somebody without the role."""
    value: Mapping[str, Json] = subject.case.value if subject.case else {}
    yield from build.send_control(subject)
    if "identity" in value:
        roleless = subject.context.identities[value["identity"]]
    else:
        roleless = yield from holder(subject, roles=tuple(value["roles"]))
    yield from send_as(subject, roleless)


def judge(subject: Subject, transcript: Transcript) -> Judgement:
    """Accepted is worse than refused with the wrong status."""
    refusal = subject.facts.authorization.refusal
    assert refusal is not None  # applies() saw to it
    return judging.judge_refused(transcript, refusal)


CHECK = Check(
    title="A credential without the role is refused",
    applies=applies,
    cases=cases,
    script=script,
    judge=judge,
    reads=("authorization.refusal", "authorization.roles"),
    standards=("rfc9110#15.5.4",),
    outcomes=(
        Outcome("accepted", Severity.CRITICAL, Confirm.ONCE),
        Outcome("wrong-status", Severity.MEDIUM),
    ),
    proven_by={
        "accepted": ("scopes/ignores-roles", "scopes/any-role-suffices"),
        "wrong-status": ("scopes/missing-role-answered-with-other-status",),
    },
)
