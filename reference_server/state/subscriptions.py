"""Subscriptions, and the deliveries that they cause."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from apicheck.model.facts import Event, Signature, Webhooks
from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Operation
from reference_server.document.payloads import build_payload
from reference_server.document.profile import Profile, Rules
from reference_server.document.schemas import put
from reference_server.state.clock import Clock
from reference_server.state.identities import Secrets
from reference_server.state.store import Stored
from reference_server.webhooks import rules as promised
from reference_server.webhooks.delivery import Outgoing, Received, finish_delivery, send
from reference_server.webhooks.rules import Message, Subscription
from reference_server.webhooks.signing import new_secret, show_secret, sign_with_each
from reference_server.webhooks.unsigned import Unsigned

_TIMEOUT_S = 5.0
_SETTLED_WITHIN_S = 2.0
_READ_WITHIN_S = 0.05
"""For a response that lies in the socket's buffer: a few turns of the loop."""
_MANY = 1000


@dataclass(slots=True)
class _Pending:
    """A message on its way to a subscription. attempt: 0 for the first, at `first` by the clock."""

    message: Message
    subscription: Subscription
    first: float
    due: float = 0.0
    attempt: int = 0


class Subscriptions:
    """Every subscription, the log of deliveries, and those that are to be tried again."""

    def __init__(
        self,
        profile: Profile,
        clock: Clock,
        secrets: Secrets,
        tenant_parameters: Callable[[str], Mapping[str, str]],
        faults_in_force: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._secrets = secrets
        self._tenant_parameters = tenant_parameters
        self._faults_in_force = faults_in_force
        self._all: dict[str, Subscription] = {}
        self._pending: list[_Pending] = []
        self._waiting: dict[str, list[_Pending]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._limits: dict[asyncio.Timeout, float] = {}
        self.log: list[dict[str, Json]] = []

    def subscribe(self, url: str, events: tuple[str, ...] | None, tenant: str) -> Subscription:
        """Add a subscription, as a user does in a dashboard."""
        made = Subscription(uuid.uuid4().hex, url, events, self._make_secret(), tenant)
        self._all[made.id] = made
        return made

    def find_secret(self, subscription: str) -> str | None:
        """What a subscriber is shown of the secret that signs its deliveries."""
        found = self._all.get(subscription)
        return show_secret(found.secret) if found and found.secret else None

    def note_created(self, rules: Rules, sent: Json, item: Stored) -> None:
        """An object was created: it may be a subscription, and it may cause events.

        rules: of the operation that created it. sent: the body of the request.
        """
        facts = self._profile.webhooks
        if facts is None:
            return
        subscriptions = facts.subscriptions
        if subscriptions is not None and subscriptions.create == item.collection:
            url, events = at(sent, subscriptions.url), at(sent, subscriptions.events)
            secret = self._make_secret() if subscriptions.secret else None
            if secret is not None:
                root = rules.use.collection.root if rules.use.collection else ""
                place = subscriptions.secret.removeprefix(root)
                item.value = dict(put(item.value, place, show_secret(secret)))
            wanted = None if events is MISSING else _list_names(events)
            self._all[item.id] = Subscription(item.id, str(url), wanted, secret, item.tenant)
            return
        self.deliver(rules.operation, item.value, item.tenant)

    def rotate(self, name: str) -> str | None:
        """Give a subscription another secret. Returns what the subscriber is shown of it."""
        facts, found = self._profile.webhooks, self._all.get(name)
        if facts is None or facts.subscriptions is None or found is None:
            return None
        until = self._clock.now() + (facts.subscriptions.overlap_s or 0.0)
        former = ((found.secret or "", until), *found.former)
        self._all[name] = replace(found, secret=self._make_secret(), former=former)
        return self.find_secret(name)

    def note_removed(self, item: Stored) -> None:
        """An object is gone, and with it a subscription, if it was one."""
        promised.forget(self._all, item.id)

    def deliver(self, operation: Operation, data: Json, tenant: str) -> None:
        """Deliver the events that an operation causes to the subscriptions to them."""
        facts = self._profile.webhooks
        for event in facts.events.values() if facts else ():
            if event.cause == operation.id and facts is not None:
                for subscription in list(self._all.values()):
                    if promised.is_wanted(subscription, event, tenant):
                        message = self._write_message(facts, event, data)
                        delay = promised.find_delay(facts, event.name)
                        for _ in range(promised.count_copies(facts)):
                            item = _Pending(message, subscription, self._clock.now())
                            self._schedule(item, delay)

    async def follow_clock(self) -> None:
        """Give up what has had its time by now, and try again what is due; the clock has moved.

        Ends when what was under way has come to its end, or waits for a receiver.
        """
        await self._settle(_READ_WITHIN_S)  # a response that has come already was in time
        now = self._clock.now()
        for limit, until in list(self._limits.items()):
            if until <= now and not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())
        await self._settle()  # an attempt whose response is not read yet may be due again
        self._start_due()
        await self._settle()

    async def _settle(self, seconds: float = _SETTLED_WITHIN_S) -> None:
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)

    def stop(self) -> None:
        """Give up every delivery under way."""
        for task in self._running:
            task.cancel()

    def _start_due(self) -> None:
        now = self._clock.now()
        due = [item for item in self._pending if item.due <= now]
        self._pending = [item for item in self._pending if item.due > now]
        for item in due:
            self._start(item)

    def _schedule(self, item: _Pending, seconds: float) -> None:
        """Attempt a delivery once so many seconds have passed, by the clock or really."""
        if seconds:
            item.due = self._clock.now() + seconds
            self._pending.append(item)
            asyncio.get_running_loop().call_later(seconds, self._start_due)
        else:
            self._start(item)

    def _start(self, item: _Pending) -> None:
        if item.attempt or not promised.keeps_order(item.message.facts):
            self._run(self._attempt(item))
            return
        waiting = self._waiting.get(item.subscription.id)
        if waiting is None:
            self._waiting[item.subscription.id] = [item]
            self._run(self._attempt_each(item.subscription.id))
        else:
            waiting.append(item)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempt_each(self, subscription: str) -> None:
        """Attempt what waits for a subscription, each once; what is repeated comes between."""
        waiting = self._waiting[subscription]
        try:
            while waiting and subscription in self._all:
                messages = [item.message for item in waiting]
                with self._faults_in_force():
                    item = waiting.pop(promised.choose_next(messages[0].facts, messages))
                await self._attempt(item)
        finally:
            del self._waiting[subscription]

    async def _attempt(self, item: _Pending) -> None:
        now = self._clock.now()
        facts = item.message.facts
        with self._faults_in_force():
            outgoing = finish_delivery(self._write(item, now))
        received = await self._send(facts, outgoing)
        with self._faults_in_force():
            elsewhere = promised.find_redirect(facts, received)
        if elsewhere:
            outgoing = Outgoing(elsewhere, outgoing.method, (), outgoing.headers, outgoing.body)
            received = await self._send(facts, outgoing)
        self.log.append(
            {
                "event": item.message.event,
                "url": item.subscription.url,
                "status": received.status,
                "at": now,
            }
        )
        del self.log[:-_MANY]
        with self._faults_in_force():
            self._conclude(item, received, now)

    async def _send(self, facts: Webhooks, outgoing: Outgoing) -> Received:
        """Send a delivery, for as long as the policy says by the clock, which may be moved."""
        seconds = facts.delivery.timeout_s or facts.delivery.within_s or _TIMEOUT_S
        limit = asyncio.timeout(seconds)
        self._limits[limit] = self._clock.now() + seconds
        try:
            return await send(outgoing, limit)
        finally:
            del self._limits[limit]

    def _write(self, item: _Pending, now: float) -> Outgoing:
        message = promised.prepare(item.message, item.attempt)
        facts, subscription = message.facts, item.subscription
        body = json.dumps(message.value, separators=(",", ":"), ensure_ascii=False).encode()
        method = facts.delivery.method or "POST"
        unsigned = Unsigned(
            self._find_signature(),
            subscription.secret or "",
            message.id,
            int(now),
            body,
            self._tenant_parameters(subscription.tenant),
            int(item.first) if item.attempt else None,
            subscription.url,
            method,
            facts.delivery.media or "application/json",
        )
        signed = sign_with_each(unsigned, promised.list_secrets(subscription, now))
        headers = [("Content-Type", unsigned.media), *signed.headers]
        fixed = {name: rule.equals for name, rule in facts.delivery.headers.items()}
        named = facts.id.get("header")
        for name, value in {**fixed, **({named: message.id} if named else {})}.items():
            if value is not None and name.lower() not in {known.lower() for known, _ in headers}:
                headers.append((name, value))
        return Outgoing(subscription.url, method, signed.query, tuple(headers), body)

    def _conclude(self, item: _Pending, received: Received, now: float) -> None:
        """Decide what comes after an attempt that began at `now`."""
        facts = item.message.facts
        if promised.ends_subscription(facts, received):
            self._all.pop(item.subscription.id, None)
            return
        gap = promised.find_gap(facts, item.attempt)
        if gap is None or promised.is_acknowledged(facts, received):
            return
        item.attempt += 1
        if item.subscription.id in self._all:
            item.due = now + gap
            self._pending.append(item)
            asyncio.get_running_loop().call_later(gap, self._start_due)

    def _find_signature(self) -> Signature | None:
        facts = self._profile.webhooks
        found = facts.signature if facts else None
        return found if isinstance(found, Signature) else None

    def _make_secret(self) -> str | None:
        if self._find_signature() is None:
            return None
        return new_secret(self._find_signature(), self._secrets.key(), self._secrets.token(32))

    def _write_message(self, facts: Webhooks, event: Event, data: Json) -> Message:
        message_id = f"msg_{uuid.uuid4().hex}"
        value = build_payload(self._profile, facts, event.name, data, message_id, self._clock.now())
        return Message(facts, event.name, message_id, value)


def _list_names(events: Json) -> tuple[str, ...]:
    return tuple(map(str, events)) if isinstance(events, list) else (str(events),)
