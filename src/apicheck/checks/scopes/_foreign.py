"""Another owner (tenant, user or app), and what the policy promises about its objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from apicheck.authoring import (
    Applies,
    Exchange,
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
    steps,
    variation,
)
from apicheck.authoring.listing import Need
from apicheck.checks.scopes._rights import find_actor, is_owned_by

_COUNTED = re.compile(r"[A-Za-z]{0,8}[-_]?[0-9]{1,7}")
WHOSE = ("tenant", "user", "app")
"""Kinds of owners: a policy may keep the objects of each apart."""


def foreign_needs(subject: Subject, place: str, whose: str) -> tuple[str, ...]:
    """The created objects that the request names, in its path or body, and that have an owner.

    Names of path parameters, or pointers into the body. An object belongs to a user or an app
    where the policy's selector also takes the operation that creates it.
    """
    context = subject.context
    foreign = context.facts.authorization.foreign.get(whose)
    tenants = {tenant.parameter for tenant in context.facts.authorization.tenants}
    if foreign is None or not is_owned_by(subject, whose):
        return ()
    named = (
        *_needs_of(subject, subject.op.id),
        *(need for _, need in optional_references(subject)),
    )
    makers = {need: context.spec.operation(need.operation) for need in named}
    return tuple(
        need.name
        for need, maker in makers.items()
        if need.place == place
        and need.name not in tenants
        and not maker.safe
        and context.selects(foreign.ops, maker)
    )


def optional_references(subject: Subject) -> Iterator[tuple[str, Need]]:
    """What a change may name in its body although its canonical request does not.

    The members in which the creation of the object names others: PATCH /parcels/{id} may move a
    parcel to another depot. Yields the creating operation, and what it needs there.
    """
    own = _needs_of(subject, subject.op.id)
    named = {need.name for need in own if need.place == "body"}
    for maker in {need.operation: need for need in own if need.place == "path"}:
        for need in _needs_of(subject, maker):
            member = need.name.removeprefix("/")
            further = need.place == "body" and need.name not in named and "/" not in member
            if further and variation.has_member(subject, member):
                yield maker, need


def _needs_of(subject: Subject, operation: str) -> tuple[Need, ...]:
    recipe = subject.context.recipes[operation]
    return recipe.needs if isinstance(recipe, Recipe) else ()


def foreign_owners(subject: Subject, place: str) -> tuple[str, ...]:
    """The kinds of owners of named objects of which the run has, or can make, another identity."""
    return tuple(
        whose
        for whose in WHOSE
        if foreign_needs(subject, place, whose) and has_foreign_identity(subject, whose)
    )


def applies_to_foreign(subject: Subject, place: str) -> Applies | NotApplicable | NotTested:
    """To secured operations whose path or body can name another owner's object."""
    stated = [whose for whose in WHOSE if foreign_needs(subject, place, whose)]
    if subject.op.id not in subject.context.secured:
        return NotApplicable("the operation is public")
    if not stated:
        return NotApplicable(f"its {place} names no object that the policy keeps to its owner")
    if not (kinds := foreign_owners(subject, place)):
        return no_foreign_owner(subject, stated[0])
    return Applies(requests=2, facts=tuple(f"authorization.foreign.{whose}" for whose in kinds))


def no_foreign_owner(subject: Subject, whose: str) -> NotTested:
    """Why no second owner can be tried; an actor whose own owner is unknown needs one as well."""
    actor = find_actor(subject)
    lines = f'[identities.other]\ntoken_env = "OTHER_TOKEN"\n{whose} = "b"'
    if actor and not getattr(actor, whose):
        lines += f'\n# and in [identities.{actor.name}]: {whose} = "a"'
    return NotTested(NotTestedKind.NEEDS_IDENTITY, f"no identity of a second {whose}", lines)


def has_foreign_identity(subject: Subject, whose: str) -> bool:
    """Whether the target has an identity of another owner, or can make one."""
    actor = find_actor(subject)
    if any(foreign_identities(subject, whose)):
        return True
    mints = whose != "tenant" and "mint" in subject.context.capabilities
    return bool(mints and actor and getattr(actor, whose))


def foreign_identities(subject: Subject, whose: str) -> Iterator[Identity]:
    """The target's own identities of another tenant; or user, or app, of the same tenant."""
    actor = find_actor(subject)
    for identity in subject.context.identities.values():
        if actor is None or identity.state != "active" or not identity.placeholder:
            continue
        known = getattr(actor, whose) and getattr(identity, whose)
        near = whose == "tenant" or identity.tenant == actor.tenant
        if known and near and getattr(identity, whose) != getattr(actor, whose):
            yield identity


def obtain_foreign_identity(subject: Subject, whose: str) -> Steps[Identity]:
    """Find an identity of another owner, or make one of the actor's tenant, with every right."""
    for identity in foreign_identities(subject, whose):
        return identity
    actor = build.identity_of(subject)
    user = "apicheck-another-user" if whose == "user" else actor.user
    app = "apicheck-another-app" if whose == "app" else ""
    return (yield from steps.mint(tenant=actor.tenant, user=user, app=app))


def send_foreign(subject: Subject, request: Request, other: Identity) -> Steps[Exchange]:
    """Send a request that names an object of another owner. Checks share the exchange."""
    share = f"foreign {subject.key} of {other.name}"
    return (yield from steps.send(request, share=share))


def looks_counted(value: str) -> bool:
    """Whether an id looks like one of a counter, of which each owner may have its own."""
    return _COUNTED.fullmatch(value) is not None


def end_if_id_is_ours(subject: Subject, theirs: Request, other: Identity) -> Steps[None]:
    """End the script where a foreign object has the same id as an object of the actor.

    This happens where each tenant has a counter of its own: the actor then reaches, or deletes, its
    own object. Ids of other forms count as unique. theirs: a request whose path names the foreign
    objects. other: their owner.
    """
    values = subject.op.path_values(theirs.path).values()
    reader = readback.read_operation(subject)
    if reader is None or not any(map(looks_counted, values)):
        return
    read = readback.build_read(subject, theirs)
    ours = yield from steps.send(read, Role.SETUP)
    if not ours.succeeded:
        return
    sent = credentials.credentials_of(subject.context, reader.id, other)
    same = yield from steps.send(read.with_credentials(other.name, *sent), Role.SETUP)
    if same.response is None or ours.response is None or same.response.body != ours.response.body:
        steps.end_script(
            Inconclusive("ids are counted for each owner: the caller has an object of the same id")
        )


def promised_response(subject: Subject, whose: str) -> ExpectedResponse | None:
    """The promised response for another owner's object; None: the same as for an unknown id."""
    facts = subject.facts.authorization
    return facts.foreign[whose].response or facts.absent


def with_unknown_ids(subject: Subject, request: Request) -> Request:
    """Replace each id in the path by an unknown one."""
    tenants = {tenant.parameter for tenant in subject.facts.authorization.tenants}
    for name, value in subject.op.path_values(request.path).items():
        if name not in tenants:
            absent = paths.make_absent_id(value, paths.schema_of(subject, name))
            request = alter.with_part(request, subject.op, Part("path", name), absent)
    return request
