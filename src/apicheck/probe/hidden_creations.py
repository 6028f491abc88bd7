"""Finds what the target created without saying so, so that clean-up deletes it.

A server that validates late, or fails after it has stored something, responds with 4xx or 5xx and
has the object all the same. A PATCH of a whole collection may create some, too. Only what carries a
name of this run's own making is deleted; what may be the run's by all its values is named.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import unquote

from apicheck.model.exchange import Exchange, Request, Response
from apicheck.model.json import Json, parse_json
from apicheck.model.plan import Plan
from apicheck.probe.deletions import find_deletion
from apicheck.probe.lookups import read_as_creator, read_items
from apicheck.probe.recorder import Recorder
from apicheck.requests.neighbours import find_neighbours

_NOT_TRIED = frozenset({401, 403, 404, 405, 406, 411, 412, 413, 414, 415, 428, 429, 431})
"""Statuses of servers that did not look at the body."""
_CREATED = 201
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_NEWEST = 3
_FEWEST = 2
_AT_MOST = 300


@dataclass(frozen=True, slots=True)
class FoundCreation:
    """An object that an exchange made.

    certain: it has a name that only this run can have made up.
    """

    delete: Request
    exchange: Exchange
    certain: bool


class HiddenCreations:
    """The requests whose responses do not say what they created, if they did.

    marks: one of them is in each name of the run's own making; more may be added later.
    """

    def __init__(self, plan: Plan, marks: Collection[str]) -> None:
        self._plan = plan
        self._marks = marks
        self._lock = threading.Lock()
        self._noted: dict[str, list[Exchange]] = {}

    def note(self, exchange: Exchange) -> None:
        """Note a creation that was not accepted, or the change of a whole collection that was."""
        request, status = exchange.request, exchange.status
        if not request.operation:
            return
        if exchange.succeeded and self._changes_collection(request):
            with self._lock:
                self._noted.setdefault(request.path, []).append(exchange)
        if exchange.succeeded or request.method not in ("POST", "PUT"):
            return
        if status in _NOT_TRIED or 0 < status < _CLIENT_ERROR:
            return
        if (
            self._is_own(f"{request.path} {request.body!r}")
            or status == 0
            or status >= _SERVER_ERROR
        ):
            with self._lock:
                self._noted.setdefault(request.path, []).append(exchange)

    def list_suspected(self) -> tuple[str, ...]:
        """What may have been created by requests at which the server failed, in words."""
        with self._lock:
            noted = [one for exchanges in self._noted.values() for one in exchanges]
        late = Counter((one.request.operation, one.status) for one in noted if _is_late(one))
        return tuple(
            f"what {count} of {operation} created, if anything:"
            f" {f'the response was {status}' if status else 'no response came'}"
            for (operation, status), count in sorted(late.items())
        )

    def find(self, recorder: Recorder, tried: frozenset[str]) -> Iterator[FoundCreation]:
        """Look for what they created. tried: paths that clean-up has asked already."""
        with self._lock:
            noted = list(self._noted.items())
            self._noted.clear()
        seen = set(tried)
        for path, exchanges in noted:
            for found in self._look_in(path, exchanges[::-1], recorder):
                if unquote(found.delete.path) not in seen:
                    seen.add(unquote(found.delete.path))
                    yield found

    def _look_in(
        self, path: str, exchanges: list[Exchange], recorder: Recorder
    ) -> Iterator[FoundCreation]:
        """Look in the collection; where it shows none, by the names that the client chose."""
        found = list(self._look_in_list(path, exchanges, recorder))
        yield from found or self._look_by_name(exchanges, recorder)

    def _look_in_list(
        self, path: str, exchanges: list[Exchange], recorder: Recorder
    ) -> Iterator[FoundCreation]:
        newest = exchanges[0].request
        if newest.method == "PUT":
            return  # what PUT makes is at its own path
        listing = self._read(path, newest, newest.operation, recorder)
        items = read_items(listing, path)
        for exchange in exchanges if items else ():
            hides = exchange.succeeded or _is_late(exchange)
            for sent in _list_sent(exchange):
                for item in items:
                    same = {name for name, value in sent.items() if item.get(name) == value}
                    marked = any(self._is_own(str(sent[name])) for name in same)
                    if not marked and not (hides and len(same) == len(sent) >= _FEWEST):
                        continue
                    delete = find_deletion(self._plan, _as_created(exchange, item), self._marks)
                    if delete is not None:
                        yield FoundCreation(delete, exchange, certain=marked)

    def _look_by_name(
        self, exchanges: list[Exchange], recorder: Recorder
    ) -> Iterator[FoundCreation]:
        """Ask for the newest few by name, and for the others if one of these is there."""
        missed = 0
        for exchange in exchanges:
            delete = find_deletion(self._plan, _as_created(exchange, {}), self._marks)
            if delete is None or not self._is_own(delete.path) or missed >= _NEWEST:
                continue
            if self._read(delete.path, exchange.request, delete.operation, recorder):
                yield FoundCreation(delete, exchange, certain=True)
                missed = 0
            else:
                missed += 1

    def _read(
        self, path: str, creator: Request, operation: str, recorder: Recorder
    ) -> Exchange | None:
        """Read what is at a path as the creator; None where it cannot."""
        template = self._plan.spec.operation(operation).path
        exchange = read_as_creator(self._plan, creator, template, path, recorder)
        return exchange if exchange is not None and exchange.succeeded else None

    def _changes_collection(self, request: Request) -> bool:
        here = find_neighbours(self._plan.spec).at(
            self._plan.spec.operation(request.operation).path
        )
        return request.method == "PATCH" and "POST" in here

    def _is_own(self, text: str) -> bool:
        return any(mark in text for mark in self._marks)


def _is_late(exchange: Exchange) -> bool:
    """Whether the server may have failed after it had created something."""
    return exchange.status == 0 or exchange.status >= _SERVER_ERROR


def _as_created(exchange: Exchange, item: Json) -> Exchange:
    """The exchange as if the request had been accepted, with the object in its response."""
    return replace(exchange, response=Response(_CREATED, (), json.dumps(item).encode()), error=None)


def _list_sent(exchange: Exchange) -> Iterator[dict[str, Json]]:
    """The texts and numbers of each object in the body; of one to create, those at the top."""
    ahead = [parse_json(exchange.request.body or b"{}")]
    for one in ahead:
        if isinstance(one, Mapping):
            yield {name: value for name, value in one.items() if isinstance(value, str | int)}
        if exchange.request.method == "PATCH" and len(ahead) < _AT_MOST:
            inner = one.values() if isinstance(one, Mapping) else one
            ahead += inner if not isinstance(inner, str | int | float | None) else ()
