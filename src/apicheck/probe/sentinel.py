"""Notices that a credential or the server ended, and keeps the run from asking on.

When a request with an identity's own credential is refused, one that was accepted before is sent
again. When no response comes, the sentinel looks whether the server is still there. It costs one
request for each suspicion; after each that was unfounded it waits for twice as many refusals.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from apicheck.model.codec import to_json
from apicheck.model.ending import SENTINEL, Ending
from apicheck.model.exchange import (
    Caller,
    Exchange,
    Request,
    Role,
    Transcript,
    TransportErrorKind,
)
from apicheck.model.plan import Plan
from apicheck.model.target import Identity
from apicheck.model.verdict import HarnessError, Inconclusive
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.placeholders import placeholders_in

_UNAUTHENTICATED, _FORBIDDEN = 401, 403
_REFUSED = (_UNAUTHENTICATED, _FORBIDDEN)
_MOST_REFUSALS = 32
_TIMED_OUT = (TransportErrorKind.TIMEOUT, TransportErrorKind.UNCONNECTED)
_TIMEOUTS = 2
_RESTART_S = 5.0
_PAUSE_S = 0.25


@dataclass(slots=True)
class _Watched:
    """What is known of one identity's credential."""

    good: Exchange | None = None
    """The latest safe request that was accepted."""
    last: Exchange | None = None
    unsafe: Exchange | None = None
    refusals: int = 0
    patience: int = 1
    ended: Ending | None = None
    renewed_at: float | None = None

    def note_success(self, exchange: Exchange, *, safe: bool) -> None:
        """Take note of an accepted request."""
        self.refusals = 0
        if self.last is None or exchange.sent_at >= self.last.sent_at:
            self.last = exchange
        if not safe:
            self.unsafe = exchange

    def find_cause(self) -> Exchange | None:
        """The request after which nothing was accepted; rather one that changes something."""
        one, last = self.unsafe, self.last
        if one is None or (last is not None and last.sent_at > one.received_at):
            return last
        return one


class Sentinel:
    """Watches every exchange of a run.

    send: sends a request again. connects: whether the server accepts a connection. renew: gets a
    new credential for an identity; False where it cannot. keep: records. note: tells the user
    how long something is waited for, at most, and why.
    """

    def __init__(
        self,
        plan: Plan,
        send: Callable[[Request], Exchange],
        connects: Callable[[], bool],
        renew: Callable[[str], bool],
        keep: Callable[[Transcript], None],
        note: Callable[[float, str], None] = lambda _, __: None,
    ) -> None:
        self._given = tuple(plan.target.identities)
        self._identities: dict[str, _Watched] = {}
        self._placeholders: dict[str, str] = {}
        for identity in plan.target.identities.values():
            self.watch(identity)
        self._actors, self._secured = plan.context.actors, plan.context.secured
        self._timeout_s = plan.options.timeout_s
        self._send, self._connects, self._renew, self._keep = send, connects, renew, keep
        self._note = note
        self._looking = threading.Lock()
        self._timeouts: Counter[str] = Counter()
        self._latest: Exchange | None = None
        """Of the exchanges with a response, that which was sent last."""
        self._unsafe: Exchange | None = None
        self._lost: Exchange | None = None
        """The first exchange without a response since the latest with one."""
        self._gone: Ending | None = None

    def watch(self, identity: Identity) -> None:
        """Watch an identity, unless its credential is one that must be refused."""
        if identity.state == "active":
            self._identities[identity.name] = _Watched()
            for placeholder in (identity.placeholder, *identity.credentials.values()):
                self._placeholders[placeholder] = identity.name

    def forget(self, identity: Identity) -> None:
        """Watch an identity no more: a script ends its credential."""
        self._identities.pop(identity.name, None)

    @property
    def server_is_gone(self) -> bool:
        """Whether the server has stopped responding for good."""
        return self._gone is not None

    def check_subject(self, operation: str) -> None:
        """Raise ProbeStopped where the identity that may call an operation has ended."""
        watched = self._identities.get(self._actors.get(operation, ""))
        if watched is not None and watched.ended is not None:
            raise _stop(watched.ended)

    def check(self, request: Request, *, again: bool) -> None:
        """Raise ProbeStopped where a request would show nothing.

        again: it confirms a failure, of which a server that refuses connections is a sign too.
        """
        if self._gone is not None and not (again and not self._timeouts):
            raise _stop(self._gone)
        if self._timeouts[request.operation] >= _TIMEOUTS and request.operation:
            words = f"{request.operation} timed out twice, and is not sent again"
            raise ProbeStopped(Inconclusive(words))
        for watched in self._find_watched(request):
            if watched.ended is not None:
                raise _stop(watched.ended)

    def note(self, exchange: Exchange) -> None:
        """Take note of an exchange, and look after what it makes doubtful.

        What other endpoints than the base URL do says nothing of it.
        """
        if exchange.request.via is not None:
            return
        if exchange.response is None:
            self._note_silence(exchange)
            return
        if self._latest is None or exchange.sent_at >= self._latest.sent_at:
            self._latest = exchange
            self._lost = None
        safe = exchange.request.method in ("GET", "HEAD")
        if not safe and exchange.status < _UNAUTHENTICATED:
            self._unsafe = exchange
        watched = self._identities.get(exchange.request.identity)
        if watched is None or exchange.request.caller is not Caller.AUTHENTICATED:
            return
        if exchange.status < 400:
            watched.note_success(exchange, safe=safe)
            # A public operation accepts a dead credential as well.
            better = watched.good is None or exchange.request.operation in self._secured
            if safe and exchange.succeeded and exchange.raw is None and better:
                watched.good = exchange
        elif exchange.status == _UNAUTHENTICATED or (
            exchange.status == _FORBIDDEN and exchange.role in (Role.CONTROL, Role.SETUP)
        ):
            watched.refusals += 1
            if watched.refusals >= watched.patience:
                self._look_after(exchange.request.identity, watched)

    def has_renewed(self, exchange: Exchange) -> bool:
        """Whether a request was refused with a credential that has been renewed since."""
        watched = self._identities.get(exchange.request.identity)
        renewed_at = watched.renewed_at if watched else None
        authenticated = exchange.request.caller is Caller.AUTHENTICATED
        refused = authenticated and exchange.status in _REFUSED
        return refused and renewed_at is not None and exchange.sent_at < renewed_at

    def look_round(self) -> None:
        """Look after each identity whose last accepted request may have ended its credential.

        Not after those that the run made: each would cost a request.
        """
        for name in self._given:
            watched = self._identities.get(name)
            if watched is None or self._gone is not None:
                continue
            cause = watched.find_cause()
            if cause is not None and cause is watched.unsafe:
                self._look_after(name, watched)

    def _find_watched(self, request: Request) -> list[_Watched]:
        """What is known of the identities whose credential a request carries, whole or altered."""
        names = {request.identity}
        for credential in request.credentials:
            names |= {self._placeholders.get(one, "") for one in placeholders_in(credential.value)}
        return [one for name in names if (one := self._identities.get(name)) is not None]

    def _look_after(self, name: str, watched: _Watched) -> None:
        """Send a request that was accepted before; record the end of the credential."""
        with self._looking:
            good, cause = watched.good, watched.find_cause()
            if good is None or cause is None or watched.ended is not None:
                return
            if watched.refusals < watched.patience and cause is not watched.unsafe:
                return  # another thread has looked
            seen = self._ask(good.request)
            if seen is None:
                return
            if seen.status not in _REFUSED:
                if watched.refusals >= watched.patience:
                    watched.patience = min(2 * watched.patience, _MOST_REFUSALS)
                watched.refusals = 0
                if seen.succeeded:
                    watched.last = seen
                self._keep(Transcript(SENTINEL, (seen,)))
                return
            after = _name(cause)
            words = (
                f"the credential of {name} ended after {after} (at +{cause.sent_at:.1f} s):"
                f" {_name(seen)} was accepted before, and then refused with {seen.status}"
            )
            ending = Ending(name, after, cause.sent_at, words, cause=cause.id)
            exchanges = [seen]
            if self._renew(name) and (fresh := self._ask(good.request)) is not None:
                exchanges.append(fresh)
                if fresh.succeeded:
                    watched.refusals, watched.last = 0, fresh
                    watched.renewed_at = fresh.sent_at
                    ending = replace(ending, reason=f"{words}; it was renewed", until=fresh.sent_at)
            if ending.until is None:
                watched.ended = ending
            self._record(ending, exchanges)

    def _note_silence(self, exchange: Exchange) -> None:
        kind = exchange.error.kind if exchange.error else TransportErrorKind.OTHER
        if self._lost is None and kind is not TransportErrorKind.REFUSED:
            self._lost = exchange if not self._answered_since(exchange) else None
        if kind in _TIMED_OUT:
            self._timeouts[exchange.request.operation] += 1
        elif kind is not TransportErrorKind.REFUSED:
            return
        with self._looking:
            if self._gone is not None or self._answered_since(exchange):
                return
            exchanges: list[Exchange] = []
            lives = (
                self._wait_for_response(exchanges)
                if kind in _TIMED_OUT
                else self._wait_for_restart()
            )
            if lives:
                if exchanges:
                    self._keep(Transcript(SENTINEL, tuple(exchanges)))
                return
            cause = self._lost or self._unsafe or self._latest or exchange
            after = _name(cause)
            words = f"the server stopped responding after {after} (at +{cause.sent_at:.1f} s)"
            self._gone = Ending("", after, cause.sent_at, words, cause=cause.id)
            self._record(self._gone, exchanges)

    def _answered_since(self, exchange: Exchange) -> bool:
        return self._latest is not None and self._latest.sent_at > exchange.sent_at

    def _wait_for_response(self, exchanges: list[Exchange]) -> bool:
        """Whether a known request gets any response, within a few time-outs."""
        known = [one.good for one in tuple(self._identities.values()) if one.good is not None]
        request = known[0].request if known else Request("GET", "/")
        words = f"no response came in time; is the server there? {request.method} {request.path}"
        self._note(_TIMEOUTS * self._timeout_s, words)
        for _ in range(_TIMEOUTS):
            seen = self._ask(request)
            if seen is not None:
                exchanges.append(seen)
            if seen is None or seen.response is not None:
                return True
        return False

    def _wait_for_restart(self) -> bool:
        self._note(_RESTART_S, "the server refuses connections; perhaps it starts again")
        until = time.monotonic() + _RESTART_S
        while not self._connects():
            if time.monotonic() > until:
                return False
            time.sleep(_PAUSE_S)
        return True

    def _ask(self, request: Request) -> Exchange | None:
        """Send a request again; None when the run may send no more."""
        try:
            return self._send(request)
        except ProbeStopped:
            return None

    def _record(self, ending: Ending, exchanges: list[Exchange]) -> None:
        self._keep(Transcript(SENTINEL, tuple(exchanges), answers=(to_json(ending, whole=True),)))


def _stop(ending: Ending) -> ProbeStopped:
    return ProbeStopped(HarnessError(ending.reason, make_remedy(ending)))


def make_remedy(ending: Ending) -> str:
    """The line that leaves out what ended something."""
    return f'[safety]\nskip = ["{ending.after}"]'


def _name(exchange: Exchange) -> str:
    return f"{exchange.request.method} {exchange.request.path}"
