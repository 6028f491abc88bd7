"""A run's conversation with its target, from preflight to clean-up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from apicheck.model.exchange import SIDE_BY_SIDE, Role, Transcript
from apicheck.model.plan import Plan, Probe
from apicheck.model.results import BASE_PATH, PreflightItem
from apicheck.model.step import Script
from apicheck.model.subject import Case, Subject, SubjectKind
from apicheck.model.target import Identity, Listener, Secrets
from apicheck.model.verdict import Verdict
from apicheck.probe.budget import Budget
from apicheck.probe.cleanup import Creations
from apicheck.probe.clock import Journey, TargetClock
from apicheck.probe.control import CONTROL_TIMEOUT_S, Control
from apicheck.probe.control_actions import ControlActions
from apicheck.probe.driver import Driver, Parts
from apicheck.probe.earlier import NOTHING, OWNER, Earlier
from apicheck.probe.effects import EffectsReader
from apicheck.probe.endpoints import EndpointSender
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.job import Job, make_job
from apicheck.probe.journal import Journal
from apicheck.probe.listener import WebhookListener
from apicheck.probe.minting import Minting
from apicheck.probe.pacing import Pacer
from apicheck.probe.prefixes import advise_on_base
from apicheck.probe.preflight import preflight
from apicheck.probe.recorder import Recorder
from apicheck.probe.redactor import Redactor
from apicheck.probe.scheduler import ClaimTable, schedule
from apicheck.probe.sentinel import Sentinel
from apicheck.probe.signer import Signer
from apicheck.probe.token_client import TokenClient
from apicheck.probe.transport import Transport, parse_origin
from apicheck.requests.build import send_control
from apicheck.requests.endings import send_ending

_REST_S = 1.0

N = TypeVar("N", int, float)


class Session:
    """Plays the probes of a plan. A context manager: it closes at its end what it opened.

    journal: takes every exchange as soon as it is over, from preflight to clean-up. stop: when
    set, no further probe begins. watch: takes what the sentinel records, from any thread. reload:
    reads the secrets of the target file anew. earlier: what was played before the run was resumed.
    note: tells the user what is waited for.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        journal: Journal | None = None,
        stop: threading.Event | None = None,
        watch: Callable[[Transcript], None] | None = None,
        reload: Callable[[], Secrets] | None = None,
        earlier: Earlier = NOTHING,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        target, options = plan.target, plan.options
        self._plan = plan
        self._reload = reload
        self.earlier = earlier
        self._stop = stop or threading.Event()
        self._transports: dict[str, Transport] = {}
        self._transport = self._transport_to(target.base_url)
        control = (
            Control(self._transport_to(target.control_url, CONTROL_TIMEOUT_S))
            if target.control_url
            else None
        )
        has_clock = control is not None and "clock" in plan.context.capabilities
        self._clock = TargetClock(
            move=control.advance if control and has_clock else None,
            stop=self._stop,
            before=earlier.seconds,
            note=note,
            rewinds="rewind" in plan.context.capabilities,
            leaves=journal.note_clock if journal else lambda _: None,
        )
        if control is not None and has_clock and (now := control.read_clock()) is not None:
            self._clock.synchronise(now)
        self.redactor = self._secrets = Redactor(target.secrets, earlier.last)
        self._budget = Budget(
            _find_least(options.max_requests, target.safety.max_requests),
            _find_least(options.max_seconds, target.safety.max_seconds),
            self._clock.real,
            expected=plan.estimate.requests,
            spent=earlier.requests,
        )
        pacer = Pacer(plan, self._clock, self._budget)
        pacer.take_over(earlier.exchanges)
        self._recorder = Recorder(
            plan,
            EndpointSender(target, self._transport, self._transport_to, options.timeout_s),
            self._secrets,
            self._clock,
            self._budget,
            pacer,
            journal=journal,
            last=earlier.last,
        )
        tokens = TokenClient(plan.spec, target.base_url, self._recorder, self._transport_to)
        self._sentinel = Sentinel(
            plan,
            send=lambda request: self._recorder.send(request, Role.SENTINEL, paced=False),
            connects=lambda: self._transport.find_connection_error() is None,
            renew=self._renew,
            keep=watch or (lambda _: None),
            note=self._clock.note_sleep,
        )

        def know(identity: Identity, may_end: bool) -> None:
            pacer.know(identity)
            (self._sentinel.forget if may_end else self._sentinel.watch)(identity)

        self._minting = Minting(
            plan, tokens, self._secrets, self._clock, control, know, last=earlier.last
        )
        self._recorder.renew = self._minting.renew
        self._creations = Creations(plan, [self._recorder.mark])
        listens = target.listener or (Listener() if target.control_url else None)
        self._listener = WebhookListener(listens, self._clock) if listens else None
        self._driver = Driver(
            Parts(
                plan=plan,
                recorder=self._recorder,
                secrets=self._secrets,
                clock=self._clock,
                budget=self._budget,
                pacer=pacer,
                creations=self._creations,
                listener=self._listener,
                actions=ControlActions(
                    plan.context.capabilities,
                    self._minting,
                    self._listener,
                    control,
                    self._recorder,
                    self._secrets,
                    effects=EffectsReader(target.effects, self._transport_to, self._stop)
                    if target.effects
                    else None,
                ),
                sentinel=self._sentinel,
                signer=Signer(
                    plan,
                    self._secrets,
                    self._clock,
                    self._transport.origin,
                    self._recorder.mark,
                ),
            )
        )
        self._claims = ClaimTable()
        self._away: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._driver.close(wait=not isinstance(error, KeyboardInterrupt))
        if self._listener is not None:
            self._listener.close()
        for transport in self._transports.values():
            transport.close()

    @property
    def requests(self) -> int:
        """How many requests were sent to the API so far."""
        return self._budget.requests

    @property
    def seconds(self) -> float:
        """Real seconds since the session began."""
        return self._clock.real()

    def preflight(self) -> tuple[PreflightItem, ...]:
        """Check base URL, identities, clock, limits and listener before anything else.

        Raises TargetUnreachable when the base URL gives no response.
        """
        return tuple(
            preflight(self._plan, self._transport, self._clock, self._listener, self._driver.play)
        )

    def play_controls(self) -> Iterator[Transcript]:
        """Send the canonical request of each planned operation, once; every probe shares it.

        Those at which the server failed while several ran side by side are sent again alone.
        """
        failed: list[str] = []
        for transcript in self._stream_controls(self._plan.controls):
            if any(exchange.observed(SIDE_BY_SIDE) for exchange in transcript.exchanges):
                failed.append(transcript.probe.removeprefix("control/"))
            yield transcript
        yield from self._stream_controls(failed, alone=True)

    def look_elsewhere(self, why: str) -> PreflightItem:
        """Look where the paths of the document are. why: they are not where the run asked."""
        root = replace(self._transport.origin, path="")
        send = partial(
            self._recorder.send, role=Role.PREFLIGHT, transport=self._transport_to(str(root))
        )
        words = f"{why}; {advise_on_base(self._plan, send)}"
        return PreflightItem(BASE_PATH, Verdict.ERROR, words)

    def play_endings(self) -> Iterator[Transcript]:
        """Send what ends its caller's credential, one after the other, each with one to use up."""
        context = self._plan.context
        over = self.earlier.find(0)
        for name in self._plan.endings:
            operation = self._plan.spec.operation(name)
            subject = Subject(
                SubjectKind.OPERATION, name, context.admit({name}), operation=operation
            )
            if not self._stop.is_set() and f"control/{name}" not in over:
                yield self._driver.play(Job(f"control/{name}", subject, send_ending))

    def look_round(self) -> None:
        """See whether the credentials live that the requests before may have ended."""
        if not self._stop.is_set():
            self._sentinel.look_round()

    def stream(
        self, probes: Iterable[Probe], attempt: int = 0, *, alone: bool = False
    ) -> Iterator[Transcript]:
        """Play probes, as many at once as options and claims allow; in order of completion.

        alone: one at a time, when the server has come to rest. What is over from before the run was
        resumed comes first, and is not played.
        """
        over, jobs = self.earlier.find(attempt), list[Job]()
        for probe in probes:
            if probe.key in over:
                yield over[probe.key]
            else:
                jobs.append(make_job(probe))
        yield from self._stream_jobs(jobs, attempt, alone=alone)

    def play(
        self,
        probe: Probe,
        *,
        attempt: int = 0,
        case: Case | None = None,
        role: Role | None = None,
    ) -> Transcript:
        """Play one probe now, as soon as what it claims is free.

        attempt: above 0, shared control requests are sent again. case: replaces the probe's own.
        role: replaces the roles table and drawn (by shrink or confirm).
        """
        job = make_job(probe)
        self._claims.take(job.claims)
        try:
            return self._driver.play(job, attempt=attempt, case=case, role=role)
        finally:
            self._claims.release(job.claims)

    def return_clock(self) -> None:
        """Put the target's clock back, if earlier parts of the run left it on another day."""
        if self.earlier.journey is None:
            return
        try:
            self._clock.return_from(self.earlier.journey)
        except OSError as error:
            self._away = (f"{self.earlier.journey}: {error}",)

    def take_over(self) -> None:
        """Take over what earlier parts of the run made, to delete it."""
        known = frozenset(self._secrets.live)
        self._creations.take_over(self.earlier, known, self._minting.mint_by_clients())

    def begin_anew(self) -> None:
        """Delete what earlier parts of the run left: no script that plays from now on knows it.

        What cannot be deleted now is tried at the end.
        """
        self.take_over()
        for _ in self._creations.delete_of(OWNER, self._recorder):
            if self._stop.is_set():
                return

    def clean_up(self) -> tuple[str, ...]:
        """Delete what the run created, newest first. Returns what is left, in words."""
        if self._sentinel.server_is_gone:
            return (*self._creations.list_open(), *self._creations.lasting, *self._list_away())
        deletions = self._creations.delete_all(self._recorder, self._clock)
        left = [words for _, words in deletions if words]
        self._minting.revoke_all()
        return (*left, *self._creations.lasting, *self._list_away())

    def _list_away(self) -> tuple[str, ...]:
        """The target's clock in words, if it did not come back."""
        away = self._clock.away
        return self._away or ((str(Journey(0.0, away)),) if away else ())

    def _transport_to(self, url: str, timeout_s: float | None = None) -> Transport:
        """The connections to a URL that the target file names; closed with the session."""
        transport = self._transports.get(url)
        if transport is None:
            origin, target = parse_origin(url), self._plan.target
            proxy = target.proxies.get(origin.host)
            transport = Transport(
                origin,
                timeout_s=timeout_s or self._plan.options.timeout_s,
                tls=target.tls,
                proxy=proxy,
                proxy_credentials=target.secrets.values[proxy.credentials]
                if proxy and proxy.credentials
                else "",
            )
            self._transports[url] = transport
        return transport

    def _renew(self, name: str) -> bool:
        """Get a new credential for an identity: from the target file's command, or a minter."""
        identity = self._plan.target.identities.get(name)
        if self._reload is not None and identity is not None:
            fresh = self._reload().values
            own = (identity.placeholder, *identity.credentials.values())
            known = self._secrets.live
            changed = {one: fresh[one] for one in own if fresh.get(one, "") not in ("", known[one])}
            for placeholder, secret in changed.items():
                self._secrets.put(placeholder, secret)
            if changed:
                return True
        return self._minting.make_again(name)

    def _stream_controls(
        self, operations: Sequence[str], *, alone: bool = False
    ) -> Iterator[Transcript]:
        yield from self._stream_jobs(list(map(self._build_control_job, operations)), 0, alone=alone)

    def _stream_jobs(
        self, jobs: list[Job], attempt: int, *, alone: bool = False
    ) -> Iterator[Transcript]:
        if alone and jobs and not self._stop.is_set():
            until = self._clock.now() + _REST_S
            with suppress(ProbeStopped):
                self._clock.let_pass(lambda: until - self._clock.now())
        yield from schedule(
            jobs,
            lambda job: self._driver.play(job, attempt=attempt),
            self._claims,
            concurrency=1 if alone else self._plan.options.concurrency,
            stop=self._stop,
        )

    def _build_control_job(self, operation_id: str) -> Job:
        operation = self._plan.spec.operation(operation_id)
        subject = Subject(
            SubjectKind.OPERATION, operation_id, self._plan.context, operation=operation
        )
        return Job(f"control/{operation_id}", subject, _control_script)


def _control_script(subject: Subject) -> Script:
    yield from send_control(subject)


def _find_least(*values: N | None) -> N | None:
    return min((value for value in values if value is not None), default=None)
