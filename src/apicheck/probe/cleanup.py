"""Remembers what a run creates and deletes it, by the document's links or by convention."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from apicheck.model.exchange import Exchange, Request, Role
from apicheck.model.plan import Plan
from apicheck.model.verdict import NotTestedKind
from apicheck.probe.deletions import find_deletion, split_objects
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.recorder import Recorder
from apicheck.requests.credentials import credentials_of, scheme_to_carry

_CREATED = 201
_GONE = (404, 410)
_REFUSED = (401, 403)


@dataclass(frozen=True, slots=True)
class Creation:
    """An object that a request created, and the request that deletes it."""

    delete: Request
    by: str
    """operationId that created it."""
    owner: str = ""
    """The script that alone uses it, "" where others may."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """An object that nothing says how to delete. names: values in its request and response."""

    by: str
    names: frozenset[str]


class Creations:
    """The objects that the run created and has not deleted.

    mark: what the unique values of this run begin with.
    """

    def __init__(self, plan: Plan, mark: str = "") -> None:
        self._plan = plan
        self._mark = mark
        self._lock = threading.Lock()
        self._open: dict[str, Creation] = {}
        self._lasting: list[Lasting] = []
        self._kept: list[str] = []

    def note(self, exchange: Exchange, *, cleanup: bool, owner: str = "") -> None:
        """Note what an exchange created or deleted.

        cleanup False: its script deletes it. owner: the script that alone uses what it creates.
        """
        request = exchange.request
        if request.method == "DELETE" and (exchange.succeeded or exchange.status in _GONE):
            self._forget(unquote(request.path))
            return
        if request.method not in ("POST", "PUT") or not exchange.succeeded or not cleanup:
            return
        for part in split_objects(exchange):
            delete = find_deletion(self._plan, part, self._mark)
            with self._lock:
                if delete is not None:
                    made = Creation(delete, request.operation, owner)
                    self._open.setdefault(unquote(delete.path), made)
                elif exchange.status == _CREATED:
                    by = request.operation or f"{request.method} {request.path}"
                    self._lasting.append(Lasting(by, _names_of(part)))

    def _forget(self, path: str) -> None:
        """Take back what a deletion deleted, by its path or by the name at its end."""
        name = path.rstrip("/").rpartition("/")[2]
        with self._lock:
            if self._open.pop(path, None) is None:
                gone = next((one for one in self._lasting if name in one.names), None)
                if gone is not None:
                    self._lasting.remove(gone)

    def delete_all(self, recorder: Recorder) -> Iterator[tuple[Exchange, str]]:
        """Delete everything, newest first: each exchange with what it left, "" for nothing."""
        with self._lock:
            creations = list(reversed(self._open.values()))
            self._open.clear()
        for creation in creations:
            yield from self._delete_one(creation, recorder)

    def delete_of(self, owner: str, recorder: Recorder) -> Iterator[Exchange]:
        """Delete what one script created for itself; what cannot be deleted is tried at the end."""
        with self._lock:
            mine = {path: made for path, made in self._open.items() if made.owner == owner}
        for path, creation in reversed(mine.items()):
            for exchange, left in self._delete_one(creation, recorder):
                if not left:
                    with self._lock:
                        self._open.pop(path, None)
                yield exchange

    def list_open(self) -> tuple[str, ...]:
        """What was not deleted yet, in words."""
        return tuple(f"{one.delete.path} (created by {one.by})" for one in self._open.values())

    @property
    def lasting(self) -> tuple[str, ...]:
        """The objects that cannot be deleted through the API, in words."""
        return (
            *self._kept,
            *(
                f"{count} created by {operation}, and no link of the document says how to delete it"
                for operation, count in sorted(Counter(one.by for one in self._lasting).items())
            ),
        )

    def _delete_one(self, creation: Creation, recorder: Recorder) -> Iterator[tuple[Exchange, str]]:
        last: Exchange | None = None
        skipped = self._plan.context.withheld.get(creation.delete.operation)
        if skipped and skipped.kind is not NotTestedKind.HAZARD:
            self._kept.append(
                f"{creation.delete.path} (created by {creation.by}): {skipped.reason}"
            )
            return
        for request in self._vary_identity(creation.delete):
            try:
                exchange = recorder.send(request, Role.CLEANUP)
            except ProbeStopped:
                return
            gone = exchange.succeeded or exchange.status in _GONE
            if gone or exchange.status not in _REFUSED:
                result = exchange.status or (exchange.error.kind.value if exchange.error else "")
                left = f"{request.path} (created by {creation.by}): DELETE got {result}"
                yield exchange, "" if gone else left
                return
            last = exchange
        if last is not None:
            yield (
                last,
                f"{creation.delete.path} (created by {creation.by}): no identity may delete it",
            )

    def _vary_identity(self, request: Request) -> Iterator[Request]:
        """The deletion as its creator, then as every other identity that may be allowed to."""
        context = self._plan.context
        if request.credentials or request.operation not in context.secured:
            yield request
        names = [context.actors.get(request.operation, ""), *context.identities]
        for name in dict.fromkeys(names):
            identity = context.identities.get(name)
            if identity is None or identity.state != "active" or name == request.identity:
                continue
            if not identity.placeholder:
                continue
            carried = scheme_to_carry(context, request.operation, identity)
            credentials = credentials_of(
                context, request.operation, identity, alternative=(carried,) * bool(carried)
            )
            yield request.with_credentials(name, *credentials)


def _names_of(exchange: Exchange) -> frozenset[str]:
    """The texts and numbers in request and response that may be the name of the object."""
    response = exchange.received
    names = (exchange.request.path, response.header("Location") or "")
    found = {unquote(name.rstrip("/").rpartition("/")[2]) for name in names}
    for body in (exchange.request.body, response.body):
        try:
            content = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            continue
        values = content.values() if isinstance(content, Mapping) else ()
        found |= {str(one) for one in values if isinstance(one, str | int)}
    return frozenset(found - {""})
