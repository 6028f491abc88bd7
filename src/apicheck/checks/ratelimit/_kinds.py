"""Kinds of requests whose cost can be seen: which operation shows one, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from apicheck.authoring import (
    ExpectedResponse,
    Identity,
    Inconclusive,
    Operation,
    Part,
    Recipe,
    Request,
    Steps,
    Subject,
    alter,
    build,
    items,
    paths,
    steps,
)
from apicheck.authoring.endpoints import with_made_up_credentials
from apicheck.authoring.facts import Bucket
from apicheck.checks.ratelimit._buckets import facts_of
from apicheck.checks.ratelimit._holders import shares_limit
from apicheck.checks.ratelimit._schedule import limit_of

_MOST_STRANGERS = 20
"""The highest limit that is used up beside credentials that nobody has: it looks like an attack."""
_MOST_ITEMS = 20
"""The most items of a request."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    fits: whether an operation of a bucket shows it. make: the request, beside those of a sender.
    refused: it must be refused; whether it is, is the matter of another check.
    """

    fits: Callable[[Subject, Bucket, Operation, Recipe], bool]
    make: Callable[[Subject, Operation, Identity], Steps[Request]]
    refused: bool = False


def find_operation(subject: Subject, bucket: Bucket, kind: Kind) -> Operation | None:
    """An operation of a bucket that can be asked in this way; None where there is none."""
    context = subject.context
    for operation in context.spec.operations:
        recipe = context.recipes[operation.id]
        counted = context.bucket_of.get(operation.id) == bucket.name
        able = counted and operation.id in context.actors and isinstance(recipe, Recipe)
        if able and isinstance(recipe, Recipe) and kind.fits(subject, bucket, operation, recipe):
            return operation
    return None


def _promises(subject: Subject, what: str) -> bool:
    return isinstance(subject.facts.requests.get(what), ExpectedResponse)


def _altered(change: Callable[[Request], Request]) -> Callable[..., Steps[Request]]:
    """Make the request of a kind out of the valid one."""

    def make(subject: Subject, operation: Operation, sender: Identity) -> Steps[Request]:
        return change((yield from build.valid_request(subject, operation.id, identity=sender)))

    return make


def _as_other_media(request: Request) -> Request:
    bare = request.without_header("Content-Type")
    return replace(bare, headers=(*bare.headers, ("Content-Type", "application/x-apicheck")))


def _takes_many(bulk: str) -> Callable[[Subject, Bucket, Operation, Recipe], bool]:
    """Make a `fits`: the policy says this of a body of many items, and such a body can be made."""

    def fits(subject: Subject, bucket: Bucket, operation: Operation, recipe: Recipe) -> bool:
        few = 1 < (bucket.limit or 0) <= _MOST_ITEMS
        if not few or bucket.bulk != bulk:
            return False
        many = _most_items(subject, bucket, operation, recipe)
        decides = bulk == "one" or count_decisive(limit_of(bucket), many) <= limit_of(bucket)
        return many > 1 and decides

    return fits


def _most_items(subject: Subject, bucket: Bucket, operation: Operation, recipe: Recipe) -> int:
    """As many items as the schema of the body allows, if several such bodies are the limit."""
    limit = bucket.limit or 0
    most = items.most_items(subject.context.spec, operation, recipe, limit)
    return next((count for count in range(most, 0, -1) if not limit % count), 0)


def count_decisive(limit: int, many: int) -> int:
    """How many requests of many items each no two windows admit, if items count.

    The window may end during any one of them, which then shows nothing.
    """
    return 2 * limit // max(1, many) + 2


def _repeat_items(subject: Subject, operation: Operation, sender: Identity) -> Steps[Request]:
    """Make a request that repeats an item, or the last line.

    If its items count, it uses the limit up, or as much of it as one request can.
    """
    _, bucket = facts_of(subject)
    recipe = subject.context.recipes[operation.id]
    assert isinstance(recipe, Recipe)  # the operation fits
    times = _most_items(subject, bucket, operation, recipe)
    request = yield from build.valid_request(subject, operation.id, identity=sender)
    return replace(request, body=items.repeat_item(request, times))


def _object_of(subject: Subject, recipe: Recipe) -> str:
    """The parameter of the path that names an object which another operation made; "" for none."""
    tenants = {tenant.parameter for tenant in subject.facts.authorization.tenants}
    names = [one.name for one in recipe.needs if one.place == "path" and one.name not in tenants]
    return names[-1] if names else ""


def _name_no_object(subject: Subject, operation: Operation, sender: Identity) -> Steps[Request]:
    recipe = subject.context.recipes[operation.id]
    assert isinstance(recipe, Recipe)  # the operation fits
    request = yield from build.valid_request(subject, operation.id, identity=sender)
    name = _object_of(subject, recipe)
    segments = dict(zip(operation.path.split("/"), request.path.split("/"), strict=True))
    known = unquote(segments["{" + name + "}"])
    about = replace(subject, operation=operation)
    unknown = paths.make_absent_id(known, paths.schema_of(about, name))
    return alter.with_part(request, operation, Part("path", name), unknown)


def _lacks_a_right(subject: Subject, bucket: Bucket, operation: Operation, _: Recipe) -> bool:
    """Whether one who shares the limit can be made who has not the scopes of the operation."""
    context = subject.context
    able = {"mint", "mint_bare"} <= context.capabilities and bucket.per in ("user", "account")
    promised = context.facts.authorization.refusal is not None
    return able and promised and bool(context.required_scopes.get(operation.id))


def _as_denied(subject: Subject, operation: Operation, sender: Identity) -> Steps[Request]:
    _, bucket = facts_of(subject)
    user = sender.user if bucket.per == "user" else ""
    denied = yield from steps.mint(scopes=(), tenant=sender.tenant, user=user, fresh=True)
    if not shares_limit(bucket, denied, sender):
        steps.end_script(Inconclusive(f"no identity shares the limit of the {bucket.per}"))
    request = yield from build.valid_request(subject, operation.id, identity=sender)
    theirs = yield from build.valid_request(
        subject, operation.id, identity=denied, owner=sender, refused=True
    )
    return replace(theirs, path=request.path)


def _are_counted_apart(subject: Subject, bucket: Bucket, operation: Operation, _: Recipe) -> bool:
    """Whether a credential that nobody has costs nobody anything, or the address its own."""
    limits = subject.facts.rate_limits
    costs_nothing = limits is not None and limits.counts is not None and 401 not in limits.counts
    apart = bucket.per == "ip" or costs_nothing
    few = (bucket.limit or 0) <= _MOST_STRANGERS
    return apart and few and operation.id in subject.context.secured


MANY_ITEMS = "a body of many items"
COUNTED_ITEMS = "a body of many items that count"
KINDS: Mapping[str, Kind] = {
    "HEAD": Kind(
        lambda subject, _, operation, __: (
            operation.method == "GET" and subject.facts.requests.get("head") == "as-get"
        ),
        _altered(lambda request: replace(request, method="HEAD")),
    ),
    "an empty body": Kind(
        lambda subject, _, __, recipe: bool(recipe.media_type) and _promises(subject, "schema"),
        _altered(lambda request: replace(request, body=b"")),
    ),
    "a body of another media type": Kind(
        lambda subject, _, __, recipe: bool(recipe.media_type) and _promises(subject, "media"),
        _altered(_as_other_media),
    ),
    "an unknown object": Kind(
        lambda subject, _, __, recipe: (
            subject.facts.authorization.absent is not None and bool(_object_of(subject, recipe))
        ),
        _name_no_object,
    ),
    MANY_ITEMS: Kind(_takes_many("one"), _repeat_items),
    COUNTED_ITEMS: Kind(_takes_many("items"), _repeat_items),
    "a token without the scope": Kind(_lacks_a_right, _as_denied, refused=True),
    "credentials that nobody has": Kind(
        _are_counted_apart, _altered(with_made_up_credentials), refused=True
    ),
}
"""By name, in words for the report."""
