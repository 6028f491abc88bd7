"""The rights that an operation needs, and identities that hold only some of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from apicheck.authoring import (
    Case,
    Exchange,
    Identity,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Request,
    Role,
    Steps,
    Subject,
    applying,
    build,
    credentials,
    steps,
)

Rights = Mapping[str, tuple[str, ...]]
"""Kind of right ("scopes", "permissions", "roles") -> words of that kind."""

NO_PROMISED_REFUSAL = NotApplicable("the policy does not say how a missing right is refused")
NO_UNDERPRIVILEGED_IDENTITY = NotTested(
    NotTestedKind.NEEDS_IDENTITY,
    "no identity lacks a right that the operation needs, and the target cannot make one",
    '[identities.nothing]\ntoken_env = "NOTHING_TOKEN"\n'
    "# [] says that the token has no scope at all; of one that has some, list them all\n"
    "scopes = []",
)
NO_CREATION_ALLOWED = applying.needs_full_mode(
    "the check has to create an object and find it in a list"
)


def required_rights(subject: Subject) -> Rights:
    """The scopes and permissions that the operation needs; without the kinds it does not need."""
    context, name = subject.context, subject.op.id
    kinds = {
        "scopes": context.required_scopes.get(name, ()),
        "permissions": context.required_permissions.get(name, ()),
    }
    return {kind: words for kind, words in kinds.items() if words}


def sufficient_roles(subject: Subject) -> tuple[str, ...]:
    """The roles one of which the operation needs; () when it needs none."""
    return subject.context.sufficient_roles.get(subject.op.id, ())


def all_words(subject: Subject, kind: str) -> tuple[str, ...]:
    """Every right of a kind that the API has."""
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


def can_be_bare(subject: Subject) -> bool:
    """Whether the target can make a credential without any right.

    An OAuth client that asks for no scope gets its default ones (RFC 6749, section 3.3).
    """
    return "mint_bare" in subject.context.capabilities


def within_reach(subject: Subject, scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Those scopes that one token can have: all, or those that a client may get."""
    context, actor = subject.context, find_actor(subject)
    if can_be_bare(subject) or not context.clients:
        return scopes
    near = [one for one in context.clients if actor is None or one.tenant in ("", actor.tenant)]
    reach = [set(scopes) if one.scopes is None else set(one.scopes) for one in near]
    widest = max(reach, key=lambda words: len(words & set(scopes)), default=set(scopes))
    return tuple(scope for scope in scopes if scope in widest)


def find_actor(subject: Subject) -> Identity | None:
    """The identity that may call the operation; None when the target has none."""
    return subject.context.identities.get(subject.context.actors.get(subject.op.id, ""))


def other_identities(subject: Subject) -> Iterator[Identity]:
    """The target's other identities with a credential for the operation, whatever their rights."""
    actor = find_actor(subject)
    for identity in subject.context.identities.values():
        usable = identity.placeholder and identity.state == "active" and identity != actor
        if usable and credentials.credentials_of(subject.context, subject.op.id, identity):
            yield identity


def mint_holder(
    subject: Subject,
    *,
    scopes: tuple[str, ...] | None = None,
    permissions: tuple[str, ...] | None = None,
    roles: tuple[str, ...] | None = None,
) -> Steps[Identity]:
    """Make an identity with exactly these rights (None: all), otherwise like the actor.

    It has the actor's user and app where objects belong to one, so that a refusal is about rights.
    """
    actor = build.identity_of(subject)
    return (
        yield from steps.mint(
            scopes=scopes,
            permissions=permissions,
            roles=roles,
            tenant=actor.tenant,
            user=actor.user if is_owned_by(subject, "user") else "",
            app=actor.app if is_owned_by(subject, "app") else "",
        )
    )


def is_owned_by(subject: Subject, whose: str) -> bool:
    """Whether the policy keeps the operation's objects to a tenant, user or app."""
    foreign = subject.facts.authorization.foreign.get(whose)
    return foreign is not None and subject.context.selects(foreign.ops, subject.op)


def underprivileged_cases(subject: Subject) -> tuple[Case, ...]:
    """One way to a credential that lacks a right of the operation; () when there is none."""
    kind, words = next(iter(required_rights(subject).items()), ("", ()))
    if kind and can_be_bare(subject):
        return (Case(f"no {kind}", {kind: []}),)
    if kind == "scopes" and "mint" in subject.context.capabilities:
        for word in words:
            if others := within_reach(subject, all_but(subject, kind, word)):
                return (Case(f"all {kind} but {word}", {kind: list(others)}),)
    return underprivileged_identities(subject)[:1] if kind else ()


def underprivileged_identities(subject: Subject) -> tuple[Case, ...]:
    """A case for each of the target's own identities that lacks a right of the operation."""
    return tuple(
        Case(f"identity {identity.name}", {"identity": identity.name})
        for identity in other_identities(subject)
        if subject.context.lacks(identity, subject.op.id)
    )


def describe_rights(identity: Identity) -> str:
    """Say which rights the target file declares for an identity, and where."""
    held = {
        "scopes": identity.scopes,
        "permissions": identity.permissions,
        "roles": identity.roles,
    }
    words = [
        f"the {kind} {', '.join(words)}" if words else f"no {kind}"
        for kind, words in held.items()
        if words is not None
    ]
    where = f" ({identity.declared})" if identity.declared else ""
    return f"{identity.name} is declared to have {' and '.join(words)}{where}"


def obtain_identity(subject: Subject, value: Mapping[str, object]) -> Steps[Identity]:
    """Find, or make, the identity of a case: {identity: its name}, or {kind of right: words}."""
    if "identity" in value:
        return subject.context.identities[str(value["identity"])]
    return (yield from mint_holder(subject, **_read_rights(value)))


def _read_rights(value: Mapping[str, object]) -> Rights:
    return {kind: tuple(words) for kind, words in value.items() if isinstance(words, list)}


def with_sender(subject: Subject, request: Request, sender: Identity) -> Request:
    """Replace the credential of a request by that of another identity."""
    sent = credentials.credentials_of(subject.context, subject.op.id, sender)
    return request.with_credentials(sender.name, *sent)


def send_as(subject: Subject, sender: Identity, role: Role = Role.TABLE) -> Steps[Exchange]:
    """Send the canonical request, about an object that the actor can reach, as another identity."""
    request = yield from build.valid_request(subject)
    return (yield from steps.send(with_sender(subject, request, sender), role))
