"""Looks for an object on the target while cleaning up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.json import Json, parse_json
from apicheck.model.operation import Operation
from apicheck.model.plan import Plan
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.recorder import Recorder
from apicheck.requests.credentials import credentials_of
from apicheck.requests.neighbours import find_neighbours
from apicheck.requests.nouns import names_thing, plain

_DEPTH = 3


def build_as_creator(plan: Plan, creator: Request, operation: Operation, path: str) -> Request:
    """A request without a body by who created an object, with a credential that it takes."""
    request = Request(method=operation.method, path=path, operation=operation.id)
    if not creator.identity:
        return request
    credentials, context = creator.credentials, plan.context
    schemes = {one.scheme for one in credentials}
    alternatives = context.alternatives.get(operation.id, ())
    identity = context.identities.get(creator.identity)
    if identity and alternatives and not any(schemes >= set(names) for names in alternatives):
        credentials = credentials_of(context, operation.id, identity)
    return request.with_credentials(creator.identity, *credentials)


def finds_object(plan: Plan, delete: Request, recorder: Recorder) -> bool:
    """Whether its creator finds an object of which its deletion says that it is not there.

    It is read at its path; where nothing reads it there, it is looked for in the list that the path
    belongs to.
    """
    template = plan.spec.operation(delete.operation).path.rstrip("/")
    if exchange := read_as_creator(plan, delete, template, delete.path, recorder):
        return exchange.succeeded
    path, values = delete.path.rstrip("/"), dict[str, str]()
    while template.endswith("}") and "/{" in template:
        template, _, name = template.rpartition("/")
        path, _, value = path.rpartition("/")
        values[plain(name)] = unquote(value)
    listing = read_as_creator(plan, delete, template, path, recorder)
    return any(_has_values(item, values) for item in read_items(listing, path))


def read_as_creator(
    plan: Plan, creator: Request, template: str, path: str, recorder: Recorder
) -> Exchange | None:
    """Read what is at a path, as who created an object; None where nothing reads it."""
    read = find_neighbours(plan.spec).at(template).get("GET")
    if read is None or read.id in plan.context.withheld:
        return None
    try:
        return recorder.send(build_as_creator(plan, creator, read, path), Role.CLEANUP)
    except ProbeStopped:
        return None


def read_items(listing: Exchange | None, path: str) -> tuple[Mapping[str, Json], ...]:
    """The objects that a response to GET of a collection lists; () where it lists none.

    An object of the run's own may have bytes that are no text, which must not hide the others.
    """
    if listing is None or not listing.succeeded:
        return ()
    body = parse_json(listing.received.body.decode("utf-8", "replace"))
    return tuple(_list_items(body, path.rstrip("/").rpartition("/")[2]))


def _list_items(body: Json, collection: str, depth: int = _DEPTH) -> Iterator[Mapping[str, Json]]:
    """The objects of a list: in an array or a map by name, alone or in a wrapper.

    What the objects hold is not looked at: it is something else.
    """
    if isinstance(body, list):
        yield from (one for one in body if isinstance(one, Mapping))
        return
    if not isinstance(body, Mapping) or not body or depth == 0:
        return
    if all(isinstance(one, Mapping) for one in body.values()) and len(body) > 1:
        yield from body.values()
        return
    inner = [(name, one) for name, one in body.items() if isinstance(one, list | Mapping)]
    own = [(name, one) for name, one in inner if names_thing(name, collection)]
    for _, one in (inner if len(inner) == 1 else own)[:1]:
        yield from _list_items(one, collection, depth - 1)


def _has_values(item: Mapping[str, Json], values: Mapping[str, str]) -> bool:
    members = {plain(name): str(value) for name, value in item.items()}
    return bool(values) and all(members.get(name) == value for name, value in values.items())
