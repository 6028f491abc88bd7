"""Build the canonical valid request of an operation, and create the objects that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.json import Json
from apicheck.model.step import EndOfScript, Learn, Recall, Steps
from apicheck.model.subject import Need, Recipe, RunContext, Subject
from apicheck.model.target import Identity, Mode
from apicheck.model.verdict import NotTested, NotTestedKind
from apicheck.requests.belongings import with_belongings
from apicheck.requests.credentials import explain_no_actor
from apicheck.requests.demands import with_demanded
from apicheck.requests.explain import explain_refusals
from apicheck.requests.from_recipe import build_request
from apicheck.requests.steps import end_script, send, wait
from apicheck.requests.values import read_value, share_path
from apicheck.requests.ways import (
    FIRST,
    Way,
    choose_recipe,
    find_next_way,
    has_others,
)

__all__ = [
    "build_request",
    "identity_of",
    "resolve_recipe",
    "send_as_control",
    "send_control",
    "valid_request",
]

_PAUSE_S = 0.5


def identity_of(subject: Subject, operation: str = "") -> Identity:
    """Find the identity that may call an operation. Ends the script when the target has none."""
    operation = operation or subject.op.id
    name = subject.context.actors.get(operation)
    if name is None:
        end_script(explain_no_actor(subject.context, operation))
    return subject.context.identities[name]


def valid_request(
    subject: Subject,
    operation: str = "",
    identity: Identity | None = None,
    *,
    owner: Identity | None = None,
    fresh: bool = False,
    refused: bool = False,
) -> Steps[Request]:
    """Make the canonical valid request, with its credential, and create the objects that it names.

    identity: the sender (default: the identity that may call the operation). owner: creates the
    objects (default: the sender, or an identity of the same tenant with the right). fresh: the
    objects are for this script alone; otherwise scripts share them, except where the request uses
    them up. refused: the server will refuse the request, which then uses up nothing: such requests
    share their objects. Ends the script, quoting the server, when no accepted request can be made.
    """
    recipe = _find_recipe(subject, operation or subject.op.id)
    who = identity or identity_of(subject, recipe.operation)
    way = yield from _recall_way(subject, recipe, who)
    uses_up = recipe.consumes or way.fresh
    shared_as = None if fresh or uses_up else ""
    if refused and uses_up:
        shared_as = f"for requests that {recipe.operation} refuses"
    _, request = yield from _resolve(subject, recipe, who, way, owner, shared_as)
    return request


def _find_recipe(subject: Subject, operation: str) -> Recipe:
    recipe = subject.context.recipes[operation]
    if isinstance(recipe, NotTested):
        end_script(recipe)
    return recipe


def resolve_recipe(
    subject: Subject,
    recipe: Recipe,
    who: Identity,
    *,
    owner: Identity | None = None,
    shared_as: str | None = "",
    way: Way | None = None,
    above: tuple[str, ...] = (),
) -> Steps[Request]:
    """Make the request of a recipe, and create the objects that it names.

    shared_as: scripts with the same value share the objects; None: no other script gets them.
    Objects of a control alone are created again whenever the control is sent again.
    way: how to ask (default: as the recipe says, with the credential and the members that the
    operation was found to want). above: operations whose requests wait for this one.
    """
    if way is None:
        known = yield from _recall_way(subject, recipe, who)
        way = Way(carries=known.carries, named=known.named)
    recipe = with_demanded(subject.context, choose_recipe(recipe, way), way.named)
    recipe = with_belongings(subject.context, recipe, owner or who)
    operation = subject.context.spec.operation(recipe.operation)
    values: dict[Need, Json] = {}
    given: Mapping[str, str] = {}
    for need in reversed(recipe.needs):
        if need.place == "path" and need.name in who.parameters:
            continue
        if need.place == "path" and need.name in given:
            values[need] = given[need.name]
            continue
        created = yield from _create(subject, need, owner or who, shared_as, (*above, operation.id))
        values[need] = read_value(subject.context, created, need)
        # A request that names an object inside another names that other one as well.
        source = subject.context.spec.operation(need.operation)
        if need.place == "path":
            given = {**share_path(operation, source, created.request.path), **given}
    return build_request(subject.context, recipe, who, values, carries=way.carries)


def _create(
    subject: Subject, need: Need, who: Identity, shared_as: str | None, above: tuple[str, ...]
) -> Steps[Exchange]:
    context = subject.context
    creator = context.spec.operation(need.operation)
    name = need.name.strip("/")
    remedy = f'[fixtures]\n{name} = "an existing one"'
    if not creator.safe and context.mode is not Mode.FULL:
        reason = f"{need.name} would have to be created by {creator.id}"
        end_script(NotTested(NotTestedKind.READ_ONLY, reason, remedy))
    if creator.id in above:
        circle = " -> ".join((*above, creator.id))
        reason = f"{name} is not available: each request needs the other ({circle})"
        end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason, remedy))
    maker = _find_maker(context, creator.id, who)
    key = f"create {creator.id} as {maker.name}"
    share = "" if shared_as is None else f"{key} {shared_as}".strip()
    role = Role.CONTROL if shared_as else Role.SETUP
    recipe = _find_recipe(subject, creator.id)
    inside = None if recipe.consumes else ""
    return (yield from _ask(subject, creator.id, maker, role, share, shared_as=inside, above=above))


def _ask(
    subject: Subject,
    operation: str,
    who: Identity,
    role: Role,
    share: str,
    *,
    shared_as: str | None = "",
    above: tuple[str, ...] = (),
) -> Steps[Exchange]:
    """Send the canonical request; where it is refused, in the other ways that there are.

    The run remembers the way that was accepted. Ends the script when none is.
    """
    context, recipe = subject.context, _find_recipe(subject, operation)
    declared = context.spec.operation(operation)
    way = known = yield from _recall_way(subject, recipe, who)
    refused: list[tuple[str, Exchange]] = []
    while True:
        objects = None if way.fresh else shared_as
        way, request = yield from _resolve(subject, recipe, who, way, None, objects, above)
        key = _key_way(share, way)
        find_following = partial(find_next_way, context, recipe, who, way)
        exchange = yield from send(request, role, key, has_another=find_following)
        if exchange.succeeded:
            if (lasting := replace(way, again=False)) != known:
                yield Learn(_key_of(operation), lasting)
            return exchange
        refused.append((way.words, exchange))
        following = find_following(exchange)
        if following is None:
            end_script(explain_refusals(declared, recipe, refused))
        if following.again and not (yield Recall(f"pause for {operation}")):
            yield from wait(_PAUSE_S, "the target says that it is unavailable")
            yield Learn(f"pause for {operation}", True)
        way = following


def _resolve(  # noqa: PLR0917  (each is a property of the request)
    subject: Subject,
    recipe: Recipe,
    who: Identity,
    way: Way,
    owner: Identity | None,
    shared_as: str | None,
    above: tuple[str, ...] = (),
) -> Steps[tuple[Way, Request]]:
    """Make the request in a way, or with the next recipe where an object is not to be had."""
    first: EndOfScript | None = None
    while True:
        try:
            request = yield from resolve_recipe(
                subject, recipe, who, owner=owner, shared_as=shared_as, way=way, above=above
            )
        except EndOfScript as end:
            first = first or end
            if way.recipe >= len(recipe.otherwise):
                raise first from None
            way = Way(recipe=way.recipe + 1, carries=way.carries, named=way.named)
        else:
            return way, request


def _recall_way(subject: Subject, recipe: Recipe, who: Identity) -> Steps[Way]:
    """Recall the way in which the operation was accepted; the first one before that."""
    operation = subject.context.spec.operation(recipe.operation)
    if not has_others(subject.context, operation, recipe, who):
        return FIRST
    known = yield Recall(_key_of(recipe.operation))
    return known if isinstance(known, Way) else FIRST


def _key_of(operation: str) -> str:
    return f"way of {operation}"


def _find_maker(context: RunContext, creator: str, who: Identity) -> Identity:
    """Find the identity that creates an object for another: itself, or one of its tenant."""
    if who.name in context.actors.values() and context.actors.get(creator) == who.name:
        return who
    if context.permits(who, creator):
        return who
    for other in context.identities.values():
        if (
            other.tenant == who.tenant
            and other.state == "active"
            and other.placeholder
            and context.permits(other, creator)
        ):
            return other
    return who


def send_control(
    subject: Subject, operation: str = "", identity: Identity | None = None
) -> Steps[Exchange | None]:
    """Send the canonical request, which must be accepted: the control. Scripts share it.

    None where the mode forbids an accepted unsafe request: the script goes on without it. Ends
    the script when the target does not accept the canonical request.
    """
    operation = operation or subject.op.id
    declared = subject.context.spec.operation(operation)
    if not declared.safe and subject.context.mode is not Mode.FULL:
        return None
    who = identity or identity_of(subject, operation)
    share, shared_as = _share_control(_find_recipe(subject, operation), who)
    return (yield from _ask(subject, operation, who, Role.CONTROL, share, shared_as=shared_as))


def send_as_control(subject: Subject, identity: Identity) -> Steps[Exchange]:
    """Send the canonical request as an identity, which may be refused.

    It is sent once for all scripts, those too that send it as a control.
    """
    recipe = _find_recipe(subject, subject.op.id)
    share, shared_as = _share_control(recipe, identity)
    way = yield from _recall_way(subject, recipe, identity)
    objects = None if way.fresh else shared_as
    way, request = yield from _resolve(subject, recipe, identity, way, None, objects)
    return (yield from send(request, Role.TABLE, _key_way(share, way)))


def _share_control(recipe: Recipe, who: Identity) -> tuple[str, str]:
    """The keys under which scripts share a control, and the objects that it names."""
    control = f"control {recipe.operation} as {who.name}"
    return control, f"for the control of {recipe.operation}" if recipe.consumes else ""


def _key_way(share: str, way: Way) -> str:
    return f"{share} ({way.words})" if share and way.words else share
