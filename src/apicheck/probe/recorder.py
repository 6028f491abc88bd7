"""Sends one request and records the exchange: the only place with both secrets and record."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from apicheck.model.exchange import (
    SIDE_BY_SIDE,
    TLS_VERSION,
    UNASKED,
    Direction,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    TransportError,
    TransportErrorKind,
)
from apicheck.model.plan import Plan
from apicheck.model.target import Consent
from apicheck.probe import observe
from apicheck.probe.budget import Budget
from apicheck.probe.clock import TargetClock
from apicheck.probe.consent import run_consent
from apicheck.probe.endpoints import EndpointSender
from apicheck.probe.journal import Journal
from apicheck.probe.pacing import Pacer
from apicheck.probe.placeholders import placeholders_in
from apicheck.probe.redactor import Redactor
from apicheck.probe.safety import refuse_unsafe
from apicheck.probe.serialize import (
    serialize_bytes,
    serialize_request,
    with_host,
    with_unique,
    with_unique_bytes,
)
from apicheck.probe.traffic import Lane, Traffic
from apicheck.probe.transport import Transport
from apicheck.probe.wire import WireResponse, WireResult

_SERVER_ERROR = 500
_SEVERAL = 2


class Recorder:
    """Makes exchanges out of requests.

    journal: takes each exchange when it is over. renew: called with the placeholders of a request
    before it is sent, to replace expired tokens. last: the number of an exchange after which new
    ones are counted.
    """

    def __init__(
        self,
        plan: Plan,
        endpoints: EndpointSender,
        secrets: Redactor,
        clock: TargetClock,
        budget: Budget,
        pacer: Pacer,
        *,
        journal: Journal | None = None,
        last: int = 0,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._transport = endpoints.base
        self._endpoints = endpoints
        self._secrets = secrets
        self._clock = clock
        self._budget = budget
        self._pacer = pacer
        self._traffic = Traffic(plan.options.concurrency)
        self._issuers = observe.find_issuers(plan.spec, plan.policy)
        self._webhook_issuers = observe.find_webhook_secrets(plan.policy)
        self._numbers = itertools.count(last + 1)
        self._uniques = itertools.count(1)
        self.mark = f"{time.time_ns() // 1000:x}"[-8:]
        if journal is not None:
            journal.begin(self.mark)
        self._lock = threading.Lock()
        self.renew: Callable[[tuple[str, ...]], None] = lambda _: None
        self.webhook_secrets: set[str] = set()
        """Placeholders of secrets that may sign webhooks."""

    def send(
        self,
        request: Request,
        role: Role,
        *,
        paced: bool = True,
        accepted: bool = False,
        exempt: bool = False,
        raw: bytes | None = None,
        transport: Transport | None = None,
        provokes: frozenset[int] = frozenset(),
    ) -> Exchange:
        """Send a request, or the bytes that it describes, and record the exchange.

        provokes: statuses that the script causes on purpose.
        transport: to another origin than the target's, which the operator named.
        exempt: the operator asked for it in the target file (minting), so no mode forbids it.
        Raises ProbeStopped when it may not be sent, or when the budget is used up.
        """
        plan = self._plan
        request, raw = self._make_concrete(request, raw)
        if request.via is not None and (stop := self._endpoints.refuse(request, request.via)):
            raise stop
        if not exempt:
            stop = refuse_unsafe(
                plan.context.mode, plan.target.safety, request, role, accepted=accepted
            )
            if stop is not None:
                raise stop
        self.renew(_find_placeholders(request, raw))
        if role is Role.CLEANUP:
            self._budget.count()
        else:
            self._budget.take()
        waits = role is not Role.CLEANUP or self._clock.virtual
        ticket = self._pacer.admit(request, paced=paced and waits)
        with self._traffic.request(waits=paced) as lane, self._clock.in_flight():
            name = self._next_id()
            if self._journal is not None:
                self._journal.note_sending(name, request)
            sent_at = self._clock.now()
            result = self._transmit(request, raw, transport)
            received_at = self._clock.now()
            ticket.done(received_at)
        exchange = self._record(request, result, role, (sent_at, received_at), raw, name)
        if exchange.status not in provokes:
            self._traffic.note(lane, exchange.status)
        # A script that asks for too much on purpose judges itself what comes of it.
        return self._note_over(_with_load(exchange, lane) if paced else exchange)

    def record_delivery(
        self, request: Request, response: Response | None, at: float, seen: tuple[Observation, ...]
    ) -> Exchange:
        """Record a webhook that the listener received, as an exchange. response: the listener's."""
        return self._note_over(
            Exchange(
                id=self._next_id(),
                request=request,
                response=response,
                error=None,
                sent_at=at,
                received_at=at,
                role=Role.TABLE,
                observations=seen,
                direction=Direction.IN,
            )
        )

    def record_consent(self, request: Request, role: Role, consent: Consent) -> Exchange:
        """Record an authorization request that a command approves, as if it had been sent."""
        request, _ = self._make_concrete(request, None)
        self._budget.take()
        name = self._next_id()
        if self._journal is not None:
            self._journal.note_sending(name, request)
        origin, live = self._transport.origin, self._secrets.live
        target = serialize_request(request, origin, live).target.decode("latin-1")
        sent_at = self._clock.now()
        result = run_consent(consent, f"{origin.scheme}://{origin.authority}{target}")
        times = sent_at, self._clock.now()
        return self._note_over(self._record(request, result, role, times, None, name))

    def _note_over(self, exchange: Exchange) -> Exchange:
        if self._journal is not None:
            self._journal.note_over(exchange)
        return exchange

    def _transmit(self, request: Request, raw: bytes | None, other: Transport | None) -> WireResult:
        if request.via is not None:
            return self._endpoints.send(request, request.via, self._secrets.live)
        transport = other or self._transport
        hosts, origin = self._plan.target.safety.hosts, transport.origin
        if other is None and hosts and origin.host not in {h.split(":")[0] for h in hosts}:
            return TransportError(
                TransportErrorKind.FORBIDDEN, f"{origin.host} is not in [safety] hosts"
            )
        live = self._secrets.live
        if raw is not None:
            return transport.send_bytes(serialize_bytes(raw, live), request.method)
        return transport.send(serialize_request(request, origin, live))

    def _make_concrete(self, request: Request, raw: bytes | None) -> tuple[Request, bytes | None]:
        """Add the operator's headers, and put in a value where a unique one is wanted."""
        value = f"{self.mark}{next(self._uniques):04x}"
        if raw is not None:
            raw = with_host(raw, self._transport.origin.authority)
            return with_unique(request, value), with_unique_bytes(raw, value)
        names = {name.lower() for name, _ in request.wire_headers}
        via = request.via
        wanted = self._plan.target.headers if via is None else self._endpoints.add_headers(via)
        extra = tuple((name, value) for name, value in wanted if name.lower() not in names)
        if extra:
            request = replace(request, headers=(*request.headers, *extra))
        return with_unique(request, value), None

    def _record(
        self,
        request: Request,
        result: WireResult,
        role: Role,
        times: tuple[float, float],
        raw: bytes | None,
        name: str,
    ) -> Exchange:
        response: Response | None = None
        error: TransportError | None = None
        seen = tuple(observe.observe_equality(self._secrets, request))
        if isinstance(result, WireResponse):
            handed_out = self._register_secrets(request, result)
            if self._secrets.find(result.join_parts()):
                seen += tuple(observe.observe_leaks(self._secrets, result, handed_out))
                result = self._redact(result)
            response = _build_response(result)
            if request.via is not None and result.tls_version:
                seen += (Observation(TLS_VERSION, "", result.tls_version),)
            if result.unasked:
                seen += (Observation(UNASKED, "", ""),)
            seen += tuple(observe.observe_date(result, *map(self._clock.true_epoch, times)))
        else:
            error = replace(result, message=self._secrets.redact_text(result.message))
        return Exchange(
            id=name,
            request=request,
            response=response,
            error=error,
            sent_at=times[0],
            received_at=times[1],
            role=role,
            observations=seen,
            raw=raw,
        )

    def _register_secrets(self, request: Request, response: WireResponse) -> frozenset[str]:
        """Learn the secrets that a response hands out. Returns their placeholders."""
        placeholders: set[str] = set()
        pointers = self._issuers.get(request.operation, frozenset())
        for pointer, secret in observe.find_issued(response, pointers):
            placeholder = self._secrets.issue(secret)
            placeholders.add(placeholder)
            if self._webhook_issuers.get(request.operation) == pointer:
                self.webhook_secrets.add(placeholder)
        placeholders |= {
            self._secrets.issue(code) for code in observe.find_issued_code(request, response)
        }
        return frozenset(placeholders)

    def _redact(self, response: WireResponse) -> WireResponse:
        redacted = self._secrets.redact
        if not self._secrets.find(response.join_head()):  # seldom, and a head has many parts
            return replace(response, body=redacted(response.body))
        return replace(
            response,
            headers=tuple((redacted(name), redacted(value)) for name, value in response.headers),
            body=redacted(response.body),
            reason=redacted(response.reason),
        )

    def _next_id(self) -> str:
        with self._lock:
            return f"e{next(self._numbers)}"


def _with_load(exchange: Exchange, lane: Lane) -> Exchange:
    """The exchange, with how many requests were under way when the server failed."""
    if exchange.status < _SERVER_ERROR or lane.beside < _SEVERAL:
        return exchange
    seen = Observation(SIDE_BY_SIDE, "", str(lane.beside))
    return replace(exchange, observations=(*exchange.observations, seen))


def _build_response(response: WireResponse) -> Response:
    return Response(
        status=response.status,
        headers=tuple((_decode(name), _decode(value)) for name, value in response.headers),
        body=response.body,
        reason=_decode(response.reason),
        truncated=response.truncated,
    )


def _find_placeholders(request: Request, raw: bytes | None) -> tuple[str, ...]:
    texts = [credential.value for credential in request.credentials]
    if request.body is not None and b"APICHECK_" in request.body:
        texts.append(request.body.decode("utf-8", "replace"))
    if raw is not None:
        texts.append(raw.decode("latin-1"))
    return tuple(placeholder for text in texts for placeholder in placeholders_in(text))


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
