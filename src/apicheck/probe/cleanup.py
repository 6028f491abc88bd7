"""Remembers what a run creates and deletes it, by the document's links or by convention."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

from apicheck.model.exchange import Direction, Exchange, Request, Role, TransportErrorKind
from apicheck.model.plan import Plan
from apicheck.model.target import Identity
from apicheck.model.verdict import NotTestedKind
from apicheck.probe.clock import TargetClock
from apicheck.probe.deletions import find_deletion, split_objects
from apicheck.probe.earlier import OWNER, Earlier
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.hidden_creations import HiddenCreations
from apicheck.probe.lasting import Lasting, describe_lasting, find_lasting
from apicheck.probe.lookups import finds_object
from apicheck.probe.pacing import read_retry_after
from apicheck.probe.placeholders import placeholders_in
from apicheck.probe.recorder import Recorder
from apicheck.requests.credentials import credentials_of, scheme_to_carry
from apicheck.requests.describe import describe
from apicheck.requests.dormant import acts_by_itself

_GONE = (404, 410)
_REFUSED = (401, 403)
_IN_USE = (409, 423)
_BUSY = (408, 425, 429)
_SERVER_ERROR = 500
_PAUSES_S = (0.5, 2.0, 5.0)
_LONGEST_PAUSE_S = 60.0
_LONGEST_AFTER_STOP_S = 3.0
_PATIENCE = 3
"""Deletions that failed, after which the server is left in peace for a while."""

_Deletion = tuple[Exchange | None, str]


@dataclass(frozen=True, slots=True)
class Creation:
    """An object that a request created, and the request that deletes it."""

    delete: Request
    by: str
    """operationId that created it."""
    owner: str = ""
    """The script that alone uses it, "" where others may."""

    def __str__(self) -> str:
        return f"{self.delete.path} (created by {self.by})"


@dataclass(slots=True)
class _Round:
    """What one round of deletions met. asked: the longest pause that a response asked for, in s."""

    busy: int = 0
    silent: int = 0
    asked: float = 0.0

    def note(self, exchange: Exchange | None, asked: float) -> None:
        """Note a deletion that may be accepted later."""
        if exchange is None or exchange.status in _IN_USE:
            return
        self.busy += 1
        self.silent += exchange.response is None
        self.asked = max(self.asked, asked)


class Creations:
    """The objects that the run created and has not deleted.

    marks: one of them is in each unique value of this run.
    """

    def __init__(self, plan: Plan, marks: Iterable[str] = ()) -> None:
        self._plan = plan
        self._marks = list(marks)
        self._lock = threading.Lock()
        self._open: dict[str, Creation] = {}
        self._owners: set[str] = set()
        self._lasting: list[Lasting] = []
        self._others: list[Identity] = []
        self._hidden = HiddenCreations(plan, self._marks)

    def take_over(
        self,
        earlier: Earlier,
        known: Collection[str],
        others: Iterable[Identity],
    ) -> None:
        """Take over what earlier parts of the run made, to delete it.

        known: placeholders whose secrets live. others: identities that may delete, beside those of
        the target file.
        """
        self._marks.extend(earlier.marks)
        self.replay(earlier.exchanges, owner=OWNER)
        for path, made in self._open.items():
            sent = made.delete.credentials
            if any(one not in known for c in sent for one in placeholders_in(c.value)):
                request = replace(made.delete, identity="", credentials=())
                self._open[path] = replace(made, delete=request)
        self._others.extend(others)

    def replay(self, exchanges: Iterable[Exchange], owner: str = "") -> None:
        """Note exchanges of which a journal tells, in their order."""
        for exchange in exchanges:
            if exchange.direction is Direction.OUT:
                self.note(exchange, cleanup=True, owner=owner)

    def note(self, exchange: Exchange, *, cleanup: bool, owner: str = "") -> None:
        """Note what an exchange created or deleted.

        cleanup False: its script deletes it. owner: the script that alone uses what it creates.
        """
        self._hidden.note(exchange)
        request = exchange.request
        if request.method == "DELETE" and (exchange.succeeded or self._is_gone(exchange)):
            self._forget(unquote(request.path))
            return
        if request.method not in ("POST", "PUT") or not exchange.succeeded or not cleanup:
            return
        for part in split_objects(exchange):
            delete = find_deletion(self._plan, part, self._marks)
            with self._lock:
                if delete is not None:
                    made = Creation(delete, request.operation, owner)
                    self._owners.add(owner)
                    self._open.setdefault(unquote(delete.path), made)
                    continue
                lasting = find_lasting(self._plan, part, self._marks)
                if lasting is not None and not self._knows(lasting.name):
                    self._lasting.append(lasting)

    def _knows(self, name: str) -> bool:
        """Whether an object of this name was noted before: a server may say 200 each time."""
        return any(name and name in one.names for one in self._lasting) or any(
            name and unquote(path).rpartition("/")[2] == name for path in self._open
        )

    def _is_gone(self, exchange: Exchange) -> bool:
        """Whether a deletion found nothing: a stranger is told so of what is there."""
        if exchange.status not in _GONE:
            return False
        with self._lock:
            made = self._open.get(unquote(exchange.request.path))
        return made is None or made.delete.identity == exchange.request.identity

    def _forget(self, path: str) -> None:
        """Take back what a deletion deleted, by its path or by the name at its end."""
        name = path.rstrip("/").rpartition("/")[2]
        with self._lock:
            if self._open.pop(path, None) is None:
                gone = next((one for one in self._lasting if name in one.names), None)
                if gone is not None:
                    self._lasting.remove(gone)

    def delete_all(self, recorder: Recorder, clock: TargetClock) -> Iterator[_Deletion]:
        """Delete everything, newest first: each exchange with what it left, "" for nothing.

        What the server is too busy for, or what another object still needs, is tried again later.
        What acts by itself goes first, each time: it may be what keeps the server busy.
        """
        with self._lock:
            left = list(reversed(self._open.values()))
            self._open.clear()
        tried = frozenset(unquote(one.delete.path) for one in left)
        yield from self._delete_in_rounds(left, recorder, clock)
        more: list[Creation] = []
        for found in self._hidden.find(recorder, tried):
            by = found.exchange
            made = Creation(found.delete, f"{by.request.operation}, which got {describe(by)}")
            if found.certain:
                more.append(made)
            else:
                yield None, f"{made}, if the run made it: none of its names says so"
        yield from self._delete_in_rounds(more, recorder, clock)

    def _delete_in_rounds(
        self, left: list[Creation], recorder: Recorder, clock: TargetClock
    ) -> Iterator[_Deletion]:
        for pause in _PAUSES_S:
            before, seen = len(left), _Round()
            left.sort(key=lambda one: not acts_by_itself(one.delete.path))
            left = yield from self._delete_round(left, recorder, clock, seen)
            if not left or (len(left) == before and not seen.busy):
                break
            if seen.busy:
                _wait(clock, min(max(pause, seen.asked), _LONGEST_PAUSE_S))
        seen = _Round()
        for creation in left:
            if seen.silent >= _PATIENCE:
                yield None, f"{creation}: not tried again, as no response came to the others"
                continue
            exchange, words = self._delete_one(creation, recorder)
            seen.note(exchange, 0.0)
            yield exchange, words

    def _delete_round(
        self, creations: list[Creation], recorder: Recorder, clock: TargetClock, seen: _Round
    ) -> Generator[_Deletion, None, list[Creation]]:
        """Try each deletion once, until the server asks for a pause; returns what to try again."""
        again: list[Creation] = []
        for number, creation in enumerate(creations):
            exchange, words = self._delete_one(creation, recorder)
            if words and exchange is not None and _may_pass(exchange):
                yield exchange, ""
                again.append(creation)
                seen.note(exchange, read_retry_after(exchange, clock.epoch()) or 0.0)
                if seen.asked or seen.busy >= _PATIENCE:
                    return [*creations[number + 1 :], *again]
            else:
                yield exchange, words
        return again

    def delete_of(self, owner: str, recorder: Recorder) -> Iterator[Exchange]:
        """Delete what one script created for itself; what cannot be deleted is tried at the end."""
        if owner not in self._owners:  # as most scripts
            return
        with self._lock:
            mine = {path: made for path, made in self._open.items() if made.owner == owner}
        for path, creation in reversed(mine.items()):
            exchange, left = self._delete_one(creation, recorder)
            if not left:
                with self._lock:
                    self._open.pop(path, None)
            if exchange is not None:
                yield exchange

    def list_open(self) -> tuple[str, ...]:
        """What was not deleted yet, in words."""
        return tuple(map(str, self._open.values()))

    @property
    def lasting(self) -> tuple[str, ...]:
        """The objects that cannot be deleted through the API, in words."""
        return tuple(describe_lasting(self._lasting))

    @property
    def suspected(self) -> tuple[str, ...]:
        """What failed requests may have created, in words; `delete_all` looks for it."""
        return self._hidden.list_suspected()

    def _delete_one(self, creation: Creation, recorder: Recorder) -> _Deletion:
        """Delete one object: the last exchange about it, and in words what is left of it."""
        last: Exchange | None = None
        skipped = self._plan.context.withheld.get(creation.delete.operation)
        if skipped and skipped.kind is not NotTestedKind.HAZARD:
            return None, f"{creation}: {skipped.reason}"
        for request in self._vary_identity(creation.delete):
            try:
                last = recorder.send(request, Role.CLEANUP)
            except ProbeStopped as stop:
                return last, f"{creation}: {stop.reason.reason}"
            if last.succeeded:
                return last, ""
            if last.status in _GONE:
                if not finds_object(self._plan, creation.delete, recorder):
                    return last, ""
            elif last.status not in _REFUSED:
                result = last.status or (last.error.kind.value if last.error else "")
                return last, f"{creation}: DELETE got {result}"
        if last is not None and last.status in _GONE:
            return last, f"{creation}: DELETE got {last.status}, but GET finds it"
        return last, f"{creation}: no identity may delete it"

    def _vary_identity(self, request: Request) -> Iterator[Request]:
        """The deletion as its creator, then as every other identity that may be allowed to."""
        context = self._plan.context
        if request.credentials or request.operation not in context.secured:
            yield request
        known = {**context.identities, **{one.name: one for one in self._others}}
        for name in dict.fromkeys([context.actors.get(request.operation, ""), *known]):
            identity = known.get(name)
            if identity is None or identity.state != "active" or name == request.identity:
                continue
            if not identity.placeholder:
                continue
            carried = scheme_to_carry(context, request.operation, identity)
            credentials = credentials_of(
                context, request.operation, identity, alternative=(carried,) * bool(carried)
            )
            yield request.with_credentials(identity.name, *credentials)


def _may_pass(exchange: Exchange) -> bool:
    """Whether the same deletion may be accepted later: the server is busy, or another needs it."""
    if exchange.error is not None:
        return exchange.error.kind is not TransportErrorKind.FORBIDDEN
    return exchange.status >= _SERVER_ERROR or exchange.status in (*_IN_USE, *_BUSY)


def _wait(clock: TargetClock, seconds: float) -> None:
    """Wait as the server asks. Who has stopped the run has less patience, but some."""
    until = clock.now() + seconds
    try:
        clock.let_pass(lambda: until - clock.now(), "the target is too busy to delete what is left")
    except ProbeStopped:
        time.sleep(max(0.0, min(until - clock.now(), _LONGEST_AFTER_STOP_S)))
