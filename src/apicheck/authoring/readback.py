"""Whether a request changed its object, which is read before and after it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from apicheck.model.exchange import Exchange, Request
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
    first, last = _read_members(afterwards[0]), _read_members(afterwards[-1])
    watched = _named_members(request)
    return tuple(
        sorted(
            name
            for name, value in _read_members(before).items()
            if (watched is None or name in watched) and first.get(name) == last.get(name) != value
        )
    )


def _named_members(request: Request) -> frozenset[str] | None:
    """The members that the request names to be changed; None where it may change all."""
    if request.method not in _NAMES_ITS_CHANGES:
        return None
    try:
        body = json.loads(request.body or b"null")
    except ValueError:
        return None
    return frozenset(body) if isinstance(body, dict) else frozenset()


def _read_members(exchange: Exchange) -> dict[str, str]:
    try:
        body = exchange.response.json() if exchange.response else None
    except ValueError:
        body = exchange.response.body if exchange.response else None
    members = body if isinstance(body, dict) else {"": body}
    return {name: repr(value) for name, value in members.items()}
