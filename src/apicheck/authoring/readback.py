"""Whether a request changed its object, which is read before and after it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from apicheck.authoring.variation import ask_for_change
from apicheck.model.exchange import Exchange, Request
from apicheck.model.json import Json
from apicheck.model.operation import Operation
from apicheck.model.step import Steps
from apicheck.model.subject import Subject
from apicheck.requests.build import identity_of
from apicheck.requests.credentials import credentials_of
from apicheck.requests.steps import send

_NAMES_ITS_CHANGES = ("PATCH", "PUT", "DELETE")


def read_operation(subject: Subject) -> Operation | None:
    """Find the operation that reads what this one changes, at its path or that of the object above.

    None where the path names no object, or no operation reads it.
    """
    path = subject.op.path
    for wanted in (path, path[: path.rfind("}") + 1]):
        for operation in subject.context.spec.operations:
            readable = operation.method == "GET" and operation.id in subject.context.actors
            if readable and operation.path == wanted and "{" in wanted:
                return operation
    return None


def build_read(subject: Subject, request: Request) -> Request:
    """Build the request that reads the object of another request, as an identity with the right.

    For subjects with a `read_operation`.
    """
    reader = read_operation(subject)
    if reader is None:
        raise ValueError(f"no operation reads what {subject.key} changes")
    path = "/".join(request.path.split("/")[: len(reader.path.split("/"))])
    owner = identity_of(subject, reader.id)
    credentials = credentials_of(subject.context, reader.id, owner)
    plain = Request(method="GET", path=path, operation=reader.id)
    return plain.with_credentials(owner.name, *credentials)


def ask_for_visible_change(subject: Subject, request: Request, before: Exchange) -> Request:
    """Ask for something else than the object shows, where the request names what it changes."""
    if request.method not in _NAMES_ITS_CHANGES:
        return request
    return ask_for_change(subject, request, _read_object(before, request.members))


def read_afterwards(read: Request, before: Exchange) -> Steps[None]:
    """Read the object again; once more where it differs, to see what changes by itself."""
    after = yield from send(read)
    if _read_members(after) != _read_members(before):
        yield from send(read)


def changed_members(
    request: Request, before: Exchange, afterwards: Sequence[Exchange]
) -> tuple[str, ...]:
    """The members whose value is another in the readings after a request than before it.

    A member that differs between two readings after it changes by itself and does not count. For
    PATCH and PUT only the members that they name count; for DELETE none, as the status shows its
    effect. A body that is no object is one member, "".
    """
    watched = _named_members(request)
    old, first, last = (
        _read_members(one, watched or ()) for one in (before, afterwards[0], afterwards[-1])
    )
    names = old.keys() if watched is None else watched & {*old, *last}
    return tuple(sorted(n for n in names if first.get(n) == last.get(n) != old.get(n)))


def _named_members(request: Request) -> frozenset[str] | None:
    """The members that the request names to be changed; None where it may change all."""
    if request.method not in _NAMES_ITS_CHANGES:
        return None
    return frozenset(request.members)


def _read_members(exchange: Exchange, wanted: Collection[str] = ()) -> dict[str, str]:
    members = _read_object(exchange, wanted)
    return {name: repr(value) for name, value in members.items()}


def _read_object(exchange: Exchange, wanted: Collection[str]) -> Mapping[str, Json]:
    """The object in a response: its body, or what the body wraps if that has the wanted members."""
    try:
        body = exchange.response.json() if exchange.response else None
    except ValueError:
        body = exchange.response.body if exchange.response else None
    while isinstance(body, dict) and wanted and not body.keys() & set(wanted):
        inner = [value for value in body.values() if isinstance(value, dict)]
        if len(inner) != 1:
            break
        body = inner[0]
    return body if isinstance(body, dict) else {"": body}
