"""Which rights an operation needs, and identities that hold just some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Case,
    Credential,
    Exchange,
    Identity,
    NotTested,
    NotTestedKind,
    Request,
    Role,
    Steps,
    Subject,
    build,
    credentials,
    selector,
    steps,
)

Rights = Mapping[str, tuple[str, ...]]
"""Kind of right ("scopes", "permissions", "roles") -> words of that kind."""


def required_rights(subject: Subject) -> Rights:
    """The scopes and permissions that the operation needs, of the kinds that it needs at all."""
    context, name = subject.context, subject.op.id
    kinds = {
        "scopes": context.required_scopes.get(name, ()),
        "permissions": context.required_permissions.get(name, ()),
    }
    return {kind: words for kind, words in kinds.items() if words}


def all_words(subject: Subject, kind: str) -> tuple[str, ...]:
    """All the words of a kind that there are."""
    context = subject.context
    known = {
        "scopes": context.all_scopes,
        "permissions": context.all_permissions,
        "roles": context.all_roles,
    }
    return known[kind]


def all_but(subject: Subject, kind: str, word: str) -> tuple[str, ...]:
    """Every right of a kind, except one and those that imply it."""
    implied = subject.facts.authorization.with_implied
    return tuple(
        other
        for other in all_words(subject, kind)
        if other != word and (kind != "scopes" or word not in implied([other]))
    )


def identities(subject: Subject) -> Iterator[Identity]:
    """The target's own identities that could send the operation, whatever they may do."""
    ours = subject.context.actors.get(subject.op.id, "")
    for identity in subject.context.identities.values():
        usable = identity.placeholder and identity.state == "active" and identity.name != ours
        if usable and credentials.credentials_of(subject.context, subject.op.id, identity):
            yield identity


def holder(
    subject: Subject,
    *,
    scopes: tuple[str, ...] | None = None,
    permissions: tuple[str, ...] | None = None,
    roles: tuple[str, ...] | None = None,
) -> Steps[Identity]:
    """An identity with just these rights (None: all), otherwise like the one that may.

    The same user and app where objects are theirs alone, so that a refusal is about rights.
    """
    actor = build.identity_of(subject)
    return (
        yield from steps.mint(
            scopes=scopes,
            permissions=permissions,
            roles=roles,
            tenant=actor.tenant,
            user=actor.user if owned_by(subject, "user") else "",
            app=actor.app if owned_by(subject, "app") else "",
        )
    )


def owned_by(subject: Subject, whose: str) -> bool:
    """Whether the policy keeps the operation's objects to a tenant, user or app."""
    foreign = subject.facts.authorization.foreign.get(whose)
    if foreign is None or foreign.ops is None:
        return foreign is not None
    context = subject.context
    return selector.selects(foreign.ops, subject.op, context.facts.operations, context.secured)


def underprivileged_cases(subject: Subject) -> tuple[Case, ...]:
    """One way to a credential that lacks a right of the operation; () when there is none."""
    kind = next(iter(required_rights(subject)), "")
    if kind and "mint" in subject.context.capabilities:
        return (Case(f"no {kind}", {kind: []}),)
    return tuple(
        Case(f"identity {identity.name}", {"identity": identity.name})
        for identity in identities(subject)
        if kind and not subject.context.permits(identity, subject.op.id)
    )[:1]


def underprivileged(subject: Subject, value: Mapping[str, object]) -> Steps[Identity]:
    """The identity that a case of `underprivileged_cases` stands for."""
    if "identity" in value:
        return subject.context.identities[str(value["identity"])]
    return (yield from holder(subject, **{kind: () for kind in value if kind in _KINDS}))


_KINDS = ("scopes", "permissions", "roles")


def with_sender(subject: Subject, request: Request, who: Identity) -> Request:
    """A request with the credential of another."""
    sent: tuple[Credential, ...] = credentials.credentials_of(subject.context, subject.op.id, who)
    return request.with_credentials(who.name, *sent)


def send_as(subject: Subject, who: Identity, role: Role = Role.TABLE) -> Steps[Exchange]:
    """The canonical request, about what the one that may has made, sent by another."""
    request = yield from build.valid_request(subject)
    return (yield from steps.send(with_sender(subject, request, who), role))


NO_UNDERPRIVILEGED_IDENTITY = NotTested(
    NotTestedKind.NEEDS_IDENTITY,
    "no identity lacks a right that the operation needs, and none can be made",
    '[identities.reader]\ntoken_env = "READER_TOKEN"\nscopes = []',
)
