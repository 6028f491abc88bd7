"""Whom a bucket counts together, and identities to compare: one who shares it, one who does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from apicheck.authoring import (
    Identity,
    NotTested,
    NotTestedKind,
    Recipe,
    Steps,
    Subject,
    build,
    steps,
)
from apicheck.authoring.facts import Bucket
from apicheck.checks.ratelimit._buckets import facts_of
from apicheck.checks.ratelimit._schedule import recovery_of

_KEYS: Mapping[str, Callable[[Identity], str]] = {
    "token": lambda who: who.name,
    "key": lambda who: who.app or who.name,
    "app": lambda who: who.app,
    "user": lambda who: who.user,
    "account": lambda who: who.account,
    "ip": lambda _: "address",
}
"""By the policy's word for what a limit counts; "" where the key of an identity is not known."""
_ROOM = 3
"""Requests beyond a limit that must be left of a further one, to ask as somebody else."""
FELLOWS = {
    "app": "another token of the same app",
    "user": "another token of the same user",
    "account": "another token of the same account",
    "ip": "another token from the same address",
}
"""Who shares the limit with a client, in words, by what it counts."""


def _share(per: str, one: Identity, other: Identity) -> bool | None:
    """Whether a limit counts two identities together; None where that is not known."""
    mine, theirs = _KEYS[per](one), _KEYS[per](other)
    if per == "account" and not (mine and theirs):
        mine, theirs = one.tenant, other.tenant
    return mine == theirs if mine and theirs else None


def shares_limit(bucket: Bucket, one: Identity, other: Identity) -> bool:
    """Whether a bucket certainly counts two identities together."""
    return _share(bucket.per, one, other) is True


def _is_new(subject: Subject, who: Identity) -> bool:
    """Whether the limit of an identity counts nothing yet: its key was made for the script.

    Several tokens that a client gets may belong to one key.
    """
    _, bucket = facts_of(subject)
    known = subject.context.identities
    made = who.name not in known and bucket.per != "key"
    return made and all(_share(bucket.per, who, other) is False for other in known.values())


def rest(subject: Subject, who: Identity) -> Steps[None]:
    """Wait until a limit has forgotten what an identity sent before, if it sent anything."""
    _, bucket = facts_of(subject)
    if not _is_new(subject, who):
        yield from steps.wait(1.025 * recovery_of(bucket), f"the bucket {bucket.name} recovers")


def obtain_sender(subject: Subject) -> Steps[Identity]:
    """Obtain the identity that uses the limit up: a new one where that has a limit of its own.

    Scripts that follow can go on with it.
    """
    _, bucket = facts_of(subject)
    sender = build.identity_of(subject)
    if "mint" in subject.context.capabilities and bucket.per != "ip":
        made = yield from steps.mint(fresh=True, tenant=sender.tenant)
        sender = sender if _share(bucket.per, made, made) is None else made
    yield from steps.learn(_key_spent(subject), sender)
    return sender


def recall_spent(subject: Subject, *further: str) -> Steps[Identity | None]:
    """The identity that used the limit up last, and may still be refused; None where there is none.

    None as well where the bucket counts the requests that create an object for the operation, or
    for a further one: they would be refused.
    """
    if any(_makes_within(subject, operation) for operation in (subject.op.id, *further)):
        return None
    known = yield from steps.recall(_key_spent(subject))
    return known if isinstance(known, Identity) else None


def _makes_within(subject: Subject, operation: str) -> bool:
    """Whether the bucket counts a request that creates what an operation needs."""
    limits, bucket = facts_of(subject)
    waiting, seen = [operation], set[str]()
    while waiting:
        recipe = subject.context.recipes.get(waiting.pop())
        for need in recipe.needs if isinstance(recipe, Recipe) else ():
            first = limits.buckets.get(subject.context.bucket_of.get(need.operation, ""))
            if first is not None and bucket.name in (first.name, *first.also):
                return True
            if need.operation not in seen:
                seen.add(need.operation)
                waiting.append(need.operation)
    return False


def obtain_spent(subject: Subject) -> Steps[Identity]:
    """Obtain the identity that used the limit up last, else one that can use it up."""
    return (yield from recall_spent(subject)) or (yield from obtain_sender(subject))


def _key_spent(subject: Subject) -> str:
    return f"who has used up {subject.key} by {subject.op.id}"


def obtain_other(subject: Subject, sender: Identity) -> Steps[Identity]:
    """Obtain an identity that has a limit of its own, and as much as possible of the sender's.

    Ends the script as not tested where the target has none.
    """
    _, bucket = facts_of(subject)
    found = yield from _obtain(subject, sender, _list_others(subject, sender), same=False)
    return found or _end(f"another {bucket.per}, beside that of {sender.name}")


def obtain_fellow(subject: Subject, sender: Identity) -> Steps[Identity]:
    """Obtain another identity that the bucket counts together with the sender.

    Ends the script as not tested where the target has none.
    """
    _, bucket = facts_of(subject)
    wanted = {"tenant": sender.tenant}
    if bucket.per in ("user", "app"):
        wanted |= {"user": sender.user, "app": sender.app}
    found = yield from _obtain(subject, sender, iter((wanted,)), same=True)
    return found or _end(FELLOWS[bucket.per])


def _list_others(subject: Subject, sender: Identity) -> Iterator[Mapping[str, str]]:
    """What to ask of an identity with a limit of its own, for each that may be one."""
    _, bucket = facts_of(subject)
    if bucket.per == "token":
        yield {"tenant": sender.tenant, "user": sender.user, "app": sender.app}
    elif bucket.per == "user":
        yield {"tenant": sender.tenant}
    known = [who.tenant for who in subject.context.identities.values()]
    known += [client.tenant for client in subject.context.clients]
    for tenant in dict.fromkeys(filter(None, known)):
        if tenant != sender.tenant:
            yield {"tenant": tenant}


def _obtain(
    subject: Subject, sender: Identity, wanted: Iterator[Mapping[str, str]], *, same: bool
) -> Steps[Identity | None]:
    """Make or find an identity whose key is the sender's, or is another one."""
    _, bucket = facts_of(subject)

    def fits(who: Identity) -> bool:
        apart = same or all(_share(one.per, who, sender) is False for one in _list_tight(subject))
        return who.name != sender.name and _share(bucket.per, who, sender) is same and apart

    for properties in wanted if "mint" in subject.context.capabilities else ():
        made = yield from steps.mint(
            fresh=True,
            tenant=properties.get("tenant", ""),
            user=properties.get("user", ""),
            app=properties.get("app", ""),
        )
        if fits(made):
            return made
    for who in subject.context.identities.values():
        if who.state == "active" and subject.context.permits(who, subject.op.id) and fits(who):
            return who
    return None


def _list_tight(subject: Subject) -> Iterator[Bucket]:
    """The further limits of the bucket's requests that whoever uses it up may use up as well."""
    limits, bucket = facts_of(subject)
    for further in (limits.buckets[name] for name in bucket.also):
        if further.limit is None or further.limit < (bucket.limit or 0) + _ROOM:
            yield further


def _end(wanted: str) -> Identity:
    lines = '[identities.other]\ntoken_env = "OTHER_TOKEN"\nuser = "…"\ntenant = "…"'
    reason = f"the target has no identity that is {wanted}"
    steps.end_script(NotTested(NotTestedKind.NEEDS_IDENTITY, reason, lines))
