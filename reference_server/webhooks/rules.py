"""What the policy says of deliveries: who gets one, what acknowledges it, when it is repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apicheck.model.facts import Event, StatusSet, Webhooks
from apicheck.model.json import Json
from reference_server.seam import seam
from reference_server.webhooks.delivery import Received

_SUCCESS = StatusSet(("2xx",))


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where webhooks go. events None: all of them.

    former: the secrets that were replaced, the newest first, each with the epoch seconds until
    which it signs.
    """

    id: str
    url: str
    events: tuple[str, ...] | None
    secret: str | None
    tenant: str
    former: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What an event tells a subscriber, in as many attempts as it takes. value: the payload."""

    facts: Webhooks
    event: str
    id: str
    value: Json


@seam
def is_wanted(subscription: Subscription, event: Event, tenant: str) -> bool:
    """Whether a subscription is to an event of a tenant."""
    wanted = subscription.events
    named = wanted is None or not {event.name, *event.aliases}.isdisjoint(wanted)
    return named and subscription.tenant == tenant


@seam
def list_secrets(subscription: Subscription, now: float) -> tuple[str, ...]:
    """The secrets that sign a delivery, the newest first. now: epoch seconds."""
    alive = (secret for secret, until in subscription.former if now < until)
    return (subscription.secret or "", *alive)


@seam
def forget(subscriptions: dict[str, Subscription], name: str) -> None:
    """End a subscription that was deleted."""
    subscriptions.pop(name, None)


@seam
def find_delay(facts: Webhooks, event: str) -> float:
    """Seconds from an event to its first delivery: an honest server does not wait."""
    del facts, event
    return 0.0


@seam
def count_copies(facts: Webhooks) -> int:
    """How often an event is sent to a subscription: once."""
    del facts
    return 1


def keeps_order(facts: Webhooks) -> bool:
    """Whether the events of a subscription are sent one after the other."""
    return facts.delivery.order not in (None, "none")


@seam
def choose_next(facts: Webhooks, waiting: Sequence[Message]) -> int:
    """Which of the messages that wait for their turn is sent next: the oldest."""
    del facts, waiting
    return 0


@seam
def prepare(message: Message, attempt: int) -> Message:
    """The message of an attempt (0: the first): the same every time."""
    del attempt
    return message


@seam
def is_acknowledged(facts: Webhooks, received: Received) -> bool:
    """Whether a delivery has arrived."""
    return received.status in (facts.delivery.acknowledged or _SUCCESS)


@seam
def find_gap(facts: Webhooks, retries: int) -> float | None:
    """Seconds until the next attempt after so many retries; None where there is none."""
    gaps = facts.delivery.retries_s
    return gaps[retries] if retries < len(gaps) else None


@seam
def ends_subscription(facts: Webhooks, received: Received) -> bool:
    """Whether a receiver has said that it wants no more."""
    return received.status in (facts.delivery.ends_on or ())


@seam
def find_redirect(facts: Webhooks, received: Received) -> str:
    """Where a delivery is sent instead, "" where redirects are not followed."""
    return received.location if facts.delivery.redirects == "followed" else ""
