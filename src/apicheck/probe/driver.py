"""Plays a script: performs its steps and sends the result of each back to it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote

from apicheck.model.exchange import (
    SIDE_BY_SIDE,
    TRAVELLED,
    Exchange,
    Observation,
    Request,
    Response,
    Role,
    Transcript,
)
from apicheck.model.facts import Signature, Webhooks
from apicheck.model.plan import Plan
from apicheck.model.step import (
    Ask,
    Authorize,
    EndOfScript,
    Learn,
    Recall,
    Receive,
    Script,
    Send,
    SendRaw,
    Sign,
    Step,
    Together,
    Travel,
    Wait,
)
from apicheck.model.subject import Case, SubjectKind
from apicheck.model.verdict import HarnessError, StopReason
from apicheck.probe import observe
from apicheck.probe.budget import Budget
from apicheck.probe.cleanup import Creations
from apicheck.probe.clock import TargetClock
from apicheck.probe.control_actions import ControlActions
from apicheck.probe.errors import ProbeStopped
from apicheck.probe.execution import ProbeExecution
from apicheck.probe.job import Job
from apicheck.probe.listener import Arrival, WebhookListener
from apicheck.probe.pacing import TOO_MANY, Pacer, read_retry_after
from apicheck.probe.recorder import Recorder
from apicheck.probe.redactor import Redactor
from apicheck.probe.safety import refuse_withheld
from apicheck.probe.sentinel import Sentinel
from apicheck.probe.signer import Signer
from apicheck.probe.single_flight import SingleFlight

_AT_ONCE = 16
_UNAVAILABLE = 503
_LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a session that a driver works with."""

    plan: Plan
    recorder: Recorder
    secrets: Redactor
    clock: TargetClock
    budget: Budget
    pacer: Pacer
    creations: Creations
    listener: WebhookListener | None
    actions: ControlActions
    sentinel: Sentinel
    signer: Signer


class Driver:
    """Plays jobs. A request that scripts share is sent once and remembered here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        # What failed under the run's own load may be accepted when it is asked for again.
        self._memo: SingleFlight[Exchange] = SingleFlight(
            lambda one: not one.observed(SIDE_BY_SIDE)
        )
        self._learned: dict[str, object] = {}
        self._several = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="apicheck-together")

    def close(self, *, wait: bool = True) -> None:
        """End the threads that send several requests at once. wait: until they have ended."""
        self._several.shutdown(wait=wait, cancel_futures=True)

    def play(
        self,
        job: Job,
        *,
        attempt: int = 0,
        case: Case | None = None,
        role: Role | None = None,
    ) -> Transcript:
        """Play a job to its end. Never raises: `stopped_by` says why a script could not go on."""
        subject = job.subject if case is None else job.subject.with_case(case)
        drawn = subject.case is not None and subject.case.drawn
        execution = ProbeExecution(job, attempt, role, drawn=drawn)
        stopped_by: StopReason | None = None
        try:
            self._parts.budget.check()
            if subject.operation is not None:
                self._parts.sentinel.check_subject(subject.operation.id)
            self._run(job.script(subject), execution)
        except EndOfScript as end:
            stopped_by = end.why
        except ProbeStopped as stop:
            stopped_by = stop.reason
        except Exception as error:  # noqa: BLE001  (a check's mistake must not end the run)
            words = self._parts.secrets.redact_text(str(error))
            stopped_by = HarnessError(
                f"{type(error).__name__}: {words}", "a mistake in apicheck or in the check"
            )
        stopped_by = self._come_back() or stopped_by
        self._delete_own(execution)
        return execution.build_transcript(
            stopped_by, None if case is None else _describe_case(case)
        )

    def _come_back(self) -> HarnessError | None:
        """Bring the target's clock back from where the script took it."""
        try:
            self._parts.clock.come_back()
        except OSError as error:
            words = f"the target's clock is {self._parts.clock.away:.0f} s ahead: {error}"
            return HarnessError(words, "set the clock of the target")
        return None

    def _delete_own(self, execution: ProbeExecution) -> None:
        """Delete what a script created for itself, while there is a server to ask."""
        if self._parts.sentinel.server_is_gone:
            return
        owner, recorder = _name_owner(execution), self._parts.recorder
        for exchange in self._parts.creations.delete_of(owner, recorder):
            execution.keep(exchange)

    def _run(self, script: Script, execution: ProbeExecution) -> None:
        with closing(script):
            came: Any = None
            while True:
                try:
                    step = script.send(came)
                except StopIteration:
                    return
                came = self._do(step, execution)

    def _do(self, step: Step, execution: ProbeExecution) -> Any:
        match step:
            case Send():
                return self._send(step, execution)
            case Authorize(request, role):
                return self._authorize(request, role, execution)
            case SendRaw():
                return self._send_raw(step, execution)
            case Together():
                return self._send_together(step, execution)
            case Wait() | Travel():
                return self._move_clock(step)
            case Receive():
                return self._receive(step, execution)
            case Sign():
                return self._parts.signer.sign(step, execution)
            case Learn() | Recall():
                return self._remember(step)
            case Ask():
                return self._ask(step, execution)
        raise TypeError(f"a script yielded {type(step).__name__}, which is not a step")

    def _remember(self, step: Learn | Recall) -> object:
        if isinstance(step, Learn):
            self._learned[step.key] = step.value
        return self._learned.get(step.key)

    def _ask(self, step: Ask, execution: ProbeExecution) -> Any:
        arguments = step.arguments
        if step.what == "processed":
            arguments = {**arguments, "id": execution.delivery_ids[str(arguments["id"])]}
        result = self._parts.actions.perform(step.what, arguments, execution.keep)
        execution.results.append(result)
        if step.what == "fail_next" and result is not None:
            execution.failing = str(step.arguments["operation"])
        return result

    def _send_raw(self, step: SendRaw, execution: ProbeExecution) -> Exchange:
        self._permit(step.request, execution)
        exchange = self._parts.recorder.send(
            step.request,
            execution.role_of(step.role),
            accepted=execution.job.accepted,
            raw=step.data,
        )
        self._parts.creations.note(exchange, cleanup=True)
        self._parts.sentinel.note(exchange)
        execution.keep(exchange)
        return exchange

    def _authorize(self, request: Request, role: Role, execution: ProbeExecution) -> Exchange:
        consent = execution.job.subject.context.consent
        if consent is None or not consent.command:
            return self._send(Send(request, role, cleanup=False), execution)
        self._parts.budget.check()
        exchange = self._parts.recorder.record_consent(request, execution.role_of(role), consent)
        execution.keep(exchange)
        return exchange

    def _send(self, send: Send, execution: ProbeExecution) -> Exchange:
        if not send.share:
            return self._send_with_retries(send, execution)
        key = send.share
        if execution.attempt and send.role is not Role.SETUP:
            key += f" for {execution.job.key} again {execution.attempt}"
        exchange = self._memo.do(key, lambda: self._send_with_retries(send, execution))
        # Another script may have sent it, to which it was something else.
        shared = replace(exchange, role=_find_role(send, exchange, execution))
        execution.keep(shared)
        return shared

    def _send_with_retries(self, send: Send, execution: ProbeExecution) -> Exchange:
        """Send one request, and again after a 429 or 503 that the check does not provoke."""
        parts = self._parts
        role, provokes = execution.role_of(send.role), execution.job.provokes
        exchange = self._send_once(send, role, execution)
        for _ in range(parts.plan.options.retries):
            if exchange.status not in (TOO_MANY, _UNAVAILABLE) or not send.paced:
                break
            pause = read_retry_after(exchange, parts.clock.epoch())
            # A 503 says when to come again, or nothing; waiting is of use only in the first case.
            hopeless = exchange.status == _UNAVAILABLE and not 0 < (pause or 0) <= _LONGEST_PAUSE_S
            if exchange.status in provokes or hopeless:
                break
            if not parts.pacer.recover(exchange.request, pause):
                break
            execution.keep(replace(exchange, role=Role.THROTTLED))
            exchange = self._send_once(send, role, execution)
            admitted = exchange.status not in (TOO_MANY, _UNAVAILABLE)
            parts.pacer.note_recovery(admitted=admitted)
        exchange = replace(exchange, role=_find_role(send, exchange, execution))
        execution.keep(exchange)
        return exchange

    def _permit(self, request: Request, execution: ProbeExecution) -> None:
        """Raise ProbeStopped for a request that the run never sends, or that would show nothing."""
        if stop := refuse_withheld(execution.job.subject.context, request):
            raise stop
        self._parts.sentinel.check(request, again=execution.attempt > 0)

    def _send_once(self, send: Send, role: Role, execution: ProbeExecution) -> Exchange:
        """Send one request; again where its credential had ended and was renewed."""
        exchange = self._send_now(send, role, execution)
        if self._parts.sentinel.has_renewed(exchange):
            execution.keep(replace(exchange, role=Role.SENTINEL))
            exchange = self._send_now(send, role, execution)
        return exchange

    def _send_now(self, send: Send, role: Role, execution: ProbeExecution) -> Exchange:
        self._permit(send.request, execution)
        exchange = self._parts.recorder.send(
            send.request,
            role,
            paced=send.paced,
            accepted=execution.job.accepted,
            provokes=execution.job.provokes,
        )
        if self._parts.clock.away:
            moment = Observation(TRAVELLED, "", f"{self._parts.clock.epoch():.0f}")
            exchange = replace(exchange, observations=(*exchange.observations, moment))
        owner = _name_owner(execution) if self._is_scarce(send, execution) else ""
        self._parts.creations.note(exchange, cleanup=send.cleanup, owner=owner)
        self._parts.sentinel.note(exchange)
        if execution.failing and execution.failing == exchange.request.operation:
            execution.failing = ""
            asked = Observation("asked-to-fail", exchange.request.operation, str(exchange.status))
            exchange = replace(exchange, observations=(*exchange.observations, asked))
        return exchange

    def _is_scarce(self, send: Send, execution: ProbeExecution) -> bool:
        """Whether what a request creates is deleted as soon as its script has ended.

        Subscriptions, of which an API allows a few, and what an example creates, which often is
        about such a limit. What other scripts share stays, except the object of a control.
        """
        webhooks = self._parts.plan.policy.facts.webhooks
        subscriptions = webhooks.subscriptions if isinstance(webhooks, Webhooks) else None
        subscribes = subscriptions is not None and send.request.operation == subscriptions.create
        if send.share:
            return subscribes and send.share.startswith("control ")
        return subscribes or execution.job.subject.kind is SubjectKind.CLAUSE

    def _send_together(self, step: Together, execution: ProbeExecution) -> tuple[Exchange, ...]:
        if step.per_second is None:
            futures = [self._several.submit(self._send, send, execution) for send in step.sends]
        else:
            futures = self._send_at_rate(step.sends, step.per_second, execution)
        failures = [error for future in futures if (error := future.exception()) is not None]
        if failures:
            raise failures[0]
        return tuple(future.result() for future in futures)

    def _send_at_rate(
        self, sends: tuple[Send, ...], per_second: int, execution: ProbeExecution
    ) -> list[Future[Exchange]]:
        """Begin a request when its moment has come, though earlier ones may be under way."""
        begun = time.monotonic()
        with ThreadPoolExecutor(per_second, thread_name_prefix="apicheck-burst") as threads:
            futures = []
            for number, send in enumerate(sends):
                time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
                futures.append(threads.submit(self._send, send, execution))
        return futures

    def _move_clock(self, step: Wait | Travel) -> bool:
        """Let time pass, or take the clock elsewhere; whether that was possible."""
        if isinstance(step, Travel):
            return self._parts.clock.travel(step.to)
        self._wait(step.seconds, step.why)
        return True

    def _wait(self, seconds: float, why: str) -> None:
        parts = self._parts
        if not parts.clock.virtual:
            parts.budget.afford(seconds)
        until = parts.clock.now() + seconds
        parts.clock.let_pass(lambda: until - parts.clock.now(), why)

    def _receive(self, step: Receive, execution: ProbeExecution) -> tuple[Exchange, ...]:
        listener = self._parts.listener
        if listener is None:
            return ()
        came = listener.collect(step.path, step.count, step.within_s, step.respond)
        exchanges = tuple(self._record_delivery(arrival, execution) for arrival in came)
        for exchange in exchanges:
            execution.keep(exchange)
        return exchanges

    def _record_delivery(self, arrival: Arrival, execution: ProbeExecution) -> Exchange:
        parts, delivery = self._parts, arrival.delivery
        webhooks = parts.plan.policy.facts.webhooks
        signature = webhooks.signature if isinstance(webhooks, Webhooks) else None
        seen: tuple[Observation, ...] = ()
        if isinstance(signature, Signature):
            live = parts.secrets.live
            issued = parts.recorder.webhook_secrets
            known = {
                name: live[name]
                for name in sorted(execution.find_placeholders() & issued or issued)
            }
            contexts = _list_contexts(parts.plan)
            seen = tuple(
                observe.observe_signature(signature, delivery, known, contexts, arrival.epoch)
            )
        path, _, query = delivery.target.partition("?")
        text = parts.secrets.redact_text
        request = Request(
            method=text(delivery.method),
            path=quote(text(path), safe="/%$[]…"),
            query=tuple((text(k), text(v)) for k, v in parse_qsl(query, keep_blank_values=True)),
            headers=tuple((text(name), text(value)) for name, value in delivery.headers),
            body=parts.secrets.redact(delivery.body),
        )
        response = Response(arrival.status) if arrival.status else None
        return parts.recorder.record_delivery(request, response, arrival.at, seen)


def _find_role(send: Send, exchange: Exchange, execution: ProbeExecution) -> Role:
    """What the exchange of a step is to its script: an attempt, where it asks in another way."""
    if send.has_another and not exchange.succeeded and send.has_another(exchange) is not None:
        return Role.ATTEMPT
    return execution.role_of(send.role)


def _name_owner(execution: ProbeExecution) -> str:
    return f"{execution.job.key} {execution.attempt} {id(execution)}"


def _list_contexts(plan: Plan) -> tuple[Mapping[str, str], ...]:
    """What a signature may include beside the delivery: the path parameters of each identity."""
    found: list[Mapping[str, str]] = []
    for identity in plan.target.identities.values():
        if identity.parameters not in found:
            found.append(identity.parameters)
    return tuple(found)


def _describe_case(case: Case) -> str:
    """A drawn value as the transcript names it."""
    return case.value if isinstance(case.value, str) else json.dumps(case.value)
