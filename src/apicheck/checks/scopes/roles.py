"""An operation refuses a valid credential that has none of its sufficient roles."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Case,
    Confirm,
    NotApplicable,
    NotTested,
    Script,
    Severity,
    Subject,
    build,
)
from apicheck.authoring.refusals import scripted_refusal
from apicheck.checks.scopes._rights import (
    NO_PROMISED_REFUSAL,
    NO_UNDERPRIVILEGED_IDENTITY,
    obtain_identity,
    other_identities,
    send_as,
    sufficient_roles,
)


def applies(subject: Subject) -> Applies | NotApplicable | NotTested:
    """To operations that need a role, where the policy says how a missing right is refused."""
    if not sufficient_roles(subject):
        return NotApplicable("the operation is open to every role")
    refusal = subject.facts.authorization.refusal
    if refusal is None:
        return NO_PROMISED_REFUSAL
    if not cases(subject):
        return NO_UNDERPRIVILEGED_IDENTITY
    return Applies(facts=("authorization.refusal", "authorization.roles"), promise=refusal)


def cases(subject: Subject) -> tuple[Case, ...]:
    """No role; all insufficient roles together.

    A target that cannot make identities is tried with its own that have no sufficient role.
    """
    mints = "mint" in subject.context.capabilities
    return tuple(_minted_rows(subject) if mints else _known_rows(subject))


def _minted_rows(subject: Subject) -> Iterator[Case]:
    yield Case("no role", {"roles": []})
    enough = sufficient_roles(subject)
    others = [role for role in subject.context.all_roles if role not in enough]
    if others:
        yield Case("every role that is not enough", {"roles": others})


def _known_rows(subject: Subject) -> Iterator[Case]:
    enough = set(sufficient_roles(subject))
    for identity in other_identities(subject):
        if identity.roles is not None and enough.isdisjoint(identity.roles):
            yield Case(f"identity {identity.name}", {"identity": identity.name})


def script(subject: Subject) -> Script:
    """The canonical request, accepted; then the same without a sufficient role."""
    yield from build.send_control(subject)
    yield from send_as(subject, (yield from obtain_identity(subject, subject.row.value)))


CHECK = scripted_refusal(
    title="A credential without a sufficient role is refused as promised",
    failure_title="A credential without a sufficient role is not refused as promised",
    applies=applies,
    cases=cases,
    script=script,
    reads=("authorization.refusal", "authorization.roles"),
    standards=("rfc9110#15.5.4",),
    accepted=Severity.CRITICAL,
    wrong_status=Severity.MEDIUM,
    confirm=Confirm.ONCE,
    proven_by={
        "accepted": ("scopes/ignores-roles", "scopes/any-role-suffices"),
        "wrong-status": ("scopes/missing-role-answered-with-other-status",),
    },
)
