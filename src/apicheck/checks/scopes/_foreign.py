"""Somebody else (of another tenant, user or app), and what the policy says of what is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    ExpectedResponse,
    Identity,
    Inconclusive,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Part,
    Recipe,
    Request,
    Role,
    Steps,
    Subject,
    alter,
    build,
    credentials,
    paths,
    readback,
    selector,
    steps,
)
from apicheck.checks.scopes._rights import owned_by

_COUNTED = re.compile(r"[A-Za-z]{0,8}[-_]?\d{1,7}")
WHOSE = ("tenant", "user", "app")
"""Kinds of owners whose objects a policy may keep apart."""


def foreign_needs(subject: Subject, place: str, whose: str) -> tuple[str, ...]:
    """What the request names, in its path or body, that is made and belongs to an owner.

    Names of path parameters, or pointers into the body. An object is a user's or an app's where
    the policy's selector takes the operation that makes it as well.
    """
    context, recipe = subject.context, subject.context.recipes[subject.op.id]
    foreign = context.facts.authorization.foreign.get(whose)
    tenants = {tenant.parameter for tenant in context.facts.authorization.tenants}
    if foreign is None or not isinstance(recipe, Recipe) or not owned_by(subject, whose):
        return ()
    makers = {need: context.spec.operation(need.operation) for need in recipe.needs}
    return tuple(
        need.name
        for need, maker in makers.items()
        if need.place == place
        and need.name not in tenants
        and not maker.safe
        and (
            foreign.ops is None
            or selector.selects(foreign.ops, maker, context.facts.operations, context.secured)
        )
    )


def foreign_owners(subject: Subject, place: str) -> tuple[str, ...]:
    """The kinds of owners of what the request names that we can be another of."""
    return tuple(
        w for w in WHOSE if foreign_needs(subject, place, w) and can_be_another(subject, w)
    )


def applies_to_foreign(subject: Subject, place: str) -> Applies | NotApplicable | NotTested:
    """Whether what a request names in a place can be somebody else's, and we can be two."""
    stated = [whose for whose in WHOSE if foreign_needs(subject, place, whose)]
    if subject.op.id not in subject.context.secured:
        return NotApplicable("the operation is public")
    if not stated:
        return NotApplicable(f"its {place} names nothing that the policy keeps to its owner")
    if not (kinds := foreign_owners(subject, place)):
        return no_foreign_owner(subject, stated[0])
    return Applies(requests=2, facts=tuple(f"authorization.foreign.{whose}" for whose in kinds))


def no_foreign_owner(subject: Subject, whose: str) -> NotTested:
    """We cannot be two. Who we are must be said as well, as nothing differs from the unknown."""
    ours = subject.context.identities.get(subject.context.actors.get(subject.op.id, ""))
    lines = f'[identities.other]\ntoken_env = "OTHER_TOKEN"\n{whose} = "b"'
    if ours and not getattr(ours, whose):
        lines += f'\n# and in [identities.{ours.name}]: {whose} = "a"'
    return NotTested(NotTestedKind.NEEDS_IDENTITY, f"no identity of a second {whose}", lines)


def can_be_another(subject: Subject, whose: str) -> bool:
    """Whether the target names somebody else of a kind, or one can be made."""
    ours = subject.context.identities.get(subject.context.actors.get(subject.op.id, ""))
    made = whose != "tenant" and "mint" in subject.context.capabilities
    return any(_named(subject, whose)) or bool(made and ours and getattr(ours, whose))


def _named(subject: Subject, whose: str) -> Iterator[Identity]:
    """The target's own identities of another tenant; or user, or app, of the same tenant."""
    ours = subject.context.identities.get(subject.context.actors.get(subject.op.id, ""))
    for identity in subject.context.identities.values():
        if ours is None or identity.state != "active" or not identity.placeholder:
            continue
        known = getattr(ours, whose) and getattr(identity, whose)
        near = whose == "tenant" or identity.tenant == ours.tenant
        if known and near and getattr(identity, whose) != getattr(ours, whose):
            yield identity


def foreign_identity(subject: Subject, whose: str) -> Steps[Identity]:
    """Somebody of another tenant, or another user or app of our own, with every right."""
    for identity in _named(subject, whose):
        return identity
    ours = build.identity_of(subject)
    user = "apicheck-another-user" if whose == "user" else ours.user
    app = "apicheck-another-app" if whose == "app" else ""
    return (yield from steps.mint(tenant=ours.tenant, user=user, app=app))


def counted(value: str) -> bool:
    """Whether an id looks as if ids were given out in turn, perhaps for each owner."""
    return _COUNTED.fullmatch(value) is not None


def send_control_as_owner(subject: Subject, theirs: Request, other: Identity) -> Steps[None]:
    """Ends the script where an id of theirs names an object of ours as well.

    So it is where ids are counted for each tenant: what is then answered, or deleted, is our own.
    Ids of other forms are taken for unique. theirs: a request whose path names their objects.
    """
    values = subject.op.path_values(theirs.path).values()
    reader = readback.read_operation(subject)
    if reader is None or not any(map(counted, values)):
        return
    read = readback.build_read(subject, theirs)
    ours = yield from steps.send(read, Role.SETUP)
    if not ours.succeeded:
        return
    sent = credentials.credentials_of(subject.context, reader.id, other)
    same = yield from steps.send(read.with_credentials(other.name, *sent), Role.SETUP)
    if same.response is None or ours.response is None or same.response.body != ours.response.body:
        steps.end_script(
            Inconclusive("ids are counted for each owner, and this one is also that of ours")
        )


def promised_response(subject: Subject, whose: str) -> ExpectedResponse | None:
    """What is due for an object of somebody else; None: whatever an absent one gets."""
    facts = subject.facts.authorization
    return facts.foreign[whose].response or facts.absent


def for_absent(subject: Subject, request: Request) -> Request:
    """The same request for objects that nobody has."""
    tenants = {tenant.parameter for tenant in subject.facts.authorization.tenants}
    for name, value in subject.op.path_values(request.path).items():
        if name not in tenants:
            request = alter.with_part(
                request, subject.op, Part("path", name), paths.make_absent_id(value)
            )
    return request
