"""Subscriptions, and the deliveries that they cause."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime

from apicheck.model.facts import Signature, StatusSet
from apicheck.model.json import MISSING, Json, at
from apicheck.model.operation import Operation
from reference_server.document.examples import project
from reference_server.document.profile import Profile, Rules
from reference_server.document.schemas import put
from reference_server.state.clock import Clock
from reference_server.state.identities import Secrets
from reference_server.state.store import Stored
from reference_server.webhooks.delivery import post
from reference_server.webhooks.signing import Unsigned, new_secret, sign_delivery

_TIMEOUT_S = 5.0
_MANY = 1000


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where webhooks go. events None: all of them. owner: the object that stands for it."""

    id: str
    url: str
    events: tuple[str, ...] | None
    secret: str | None
    tenant: str


@dataclass(slots=True)
class _Pending:
    """A delivery that was not acknowledged, and when it is tried again."""

    due: float
    attempt: int
    event: str
    message_id: str
    subscription: Subscription
    body: bytes


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
        self._running: set[asyncio.Task[None]] = set()
        self.log: list[dict[str, Json]] = []

    def subscribe(self, url: str, events: tuple[str, ...] | None, tenant: str) -> Subscription:
        """Add a subscription, as a user does in a dashboard."""
        made = Subscription(uuid.uuid4().hex, url, events, self._make_secret(), tenant)
        self._all[made.id] = made
        return made

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
                item.value = dict(put(item.value, place, secret))
            wanted = None if events is MISSING else _list_names(events)
            self._all[item.id] = Subscription(item.id, str(url), wanted, secret, item.tenant)
            return
        self.deliver(rules.operation, item.value, item.tenant)

    def note_removed(self, item: Stored) -> None:
        """An object is gone, and with it a subscription, if it was one."""
        self._all.pop(item.id, None)

    def deliver(self, operation: Operation, data: Json, tenant: str) -> None:
        """Deliver the events that an operation causes to the tenant's subscriptions to them."""
        facts = self._profile.webhooks
        for event in facts.events.values() if facts else ():
            if event.cause != operation.id:
                continue
            for subscription in list(self._all.values()):
                wanted = subscription.events
                if subscription.tenant == tenant and (wanted is None or event.name in wanted):
                    message_id = f"msg_{uuid.uuid4().hex}"
                    body = self._make_body(event.name, data, message_id)
                    self._start(_Pending(0, 0, event.name, message_id, subscription, body))

    def retry_due(self) -> None:
        """Try again what is due by now; called when the clock has moved."""
        now = self._clock.now()
        due = [item for item in self._pending if item.due <= now]
        self._pending = [item for item in self._pending if item.due > now]
        for item in due:
            self._start(item)

    def stop(self) -> None:
        """Give up every delivery under way."""
        for task in self._running:
            task.cancel()

    def _start(self, item: _Pending) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(item))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, item: _Pending) -> None:
        facts = self._profile.webhooks
        if facts is None:
            return
        subscription, now = item.subscription, self._clock.now()
        values = self._tenant_parameters(subscription.tenant)
        unsigned = Unsigned(
            self._find_signature(),
            subscription.secret or "",
            item.message_id,
            int(now),
            item.body,
            values,
        )
        with self._faults_in_force():
            signed = sign_delivery(unsigned)
        headers = [("Content-Type", "application/json"), *signed.headers]
        named = facts.id.get("header")
        if named and named.lower() not in {name.lower() for name, _ in headers}:
            headers.append((named, item.message_id))
        timeout = facts.delivery.timeout_s or facts.delivery.within_s or _TIMEOUT_S
        status = await post(subscription.url, signed.query, tuple(headers), item.body, timeout)
        self.log.append({"event": item.event, "url": subscription.url, "status": status, "at": now})
        del self.log[:-_MANY]
        acknowledged = facts.delivery.acknowledged or StatusSet(("2xx",))
        if status not in acknowledged and item.attempt < len(facts.delivery.retries_s):
            item.due = now + facts.delivery.retries_s[item.attempt]
            item.attempt += 1
            if subscription.id in self._all:
                self._pending.append(item)

    def _find_signature(self) -> Signature | None:
        facts = self._profile.webhooks
        found = facts.signature if facts else None
        return found if isinstance(found, Signature) else None

    def _make_secret(self) -> str | None:
        if self._find_signature() is None:
            return None
        return new_secret(self._find_signature(), self._secrets.key(), self._secrets.token(32))

    def _make_body(self, event: str, data: Json, message_id: str) -> bytes:
        facts = self._profile.webhooks
        payload = facts.payload if facts else {}
        schemas = self._profile.schemas
        example, schema = self._find_documented(event)
        place = str(payload.get("data", "/data"))
        like = at(example, place)
        shown: Json = data
        if isinstance(data, Mapping):
            inner = schemas.below(schema, place)
            shown = project(schemas, inner, like if isinstance(like, Mapping) else {}, data)
        if payload.get("array"):
            shown = [shown]
        value = put(example, place, shown) if data is not None else example
        value = put(value, str(payload.get("event", "/event")), event)
        if facts and "pointer" in facts.id:
            value = put(value, facts.id["pointer"], message_id)
        if isinstance(at(value, "/timestamp"), str):
            now = datetime.fromtimestamp(self._clock.now(), UTC)
            value = put(value, "/timestamp", now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()

    def _find_documented(self, event: str) -> tuple[Json, Json]:
        """(example, schema) of an event's payload, from the document's `webhooks`."""
        document = self._profile.spec.document
        escaped = event.replace("~", "~0").replace("/", "~1")
        content = at(document, f"/webhooks/{escaped}/post/requestBody/content")
        media: Json = next(iter(content.values()), {}) if isinstance(content, Mapping) else {}
        examples = [item.get("value") for item in media.get("examples", {}).values()]
        example = media.get("example", next(iter(examples), {}))
        return example, media.get("schema", {})


def _list_names(events: Json) -> tuple[str, ...]:
    return tuple(map(str, events)) if isinstance(events, list) else (str(events),)
