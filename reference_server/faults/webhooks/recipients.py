"""Deliveries to whom they are not promised, or not to whom they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from apicheck.model.facts import Event, Webhooks
from reference_server.document.profile import Profile
from reference_server.faults.fault import fault
from reference_server.webhooks.delivery import Received
from reference_server.webhooks.rules import (
    Message,
    Subscription,
    choose_next,
    count_copies,
    ends_subscription,
    find_delay,
    find_redirect,
    forget,
    is_wanted,
)

IsWanted = Callable[[Subscription, Event, str], bool]


def _promises(fact: str, *values: str) -> Callable[[Profile], bool]:
    """Where the policy says one of these of deliveries."""

    def shows_in(profile: Profile) -> bool:
        return profile.webhooks is not None and getattr(profile.webhooks.delivery, fact) in values

    return shows_in


def _causes_several(profile: Profile) -> bool:
    """Where the policy knows what causes two events."""
    events = profile.webhooks.events.values() if profile.webhooks else ()
    return len({event.cause for event in events if event.cause}) > 1


@fault(is_wanted, needs=("webhooks.delivery.within",))
def delivers_nothing(
    honest: IsWanted, subscription: Subscription, event: Event, tenant: str
) -> bool:
    """No event is delivered to anybody."""
    return False


@fault(is_wanted, needs=("webhooks.delivery.within",), shows_in=_causes_several)
def delivers_one_event_alone(
    honest: IsWanted, subscription: Subscription, event: Event, tenant: str
) -> bool:
    """Of all events, those whose names come late in the alphabet are not delivered."""
    return event.name[:1] < "d" and honest(subscription, event, tenant)


@fault(find_delay, needs=("webhooks.delivery.within",), shows_in=_causes_several)
def delivers_late(honest: Callable[[Webhooks, str], float], facts: Webhooks, event: str) -> float:
    """Of all events, the last one is delivered long after the promised time."""
    last = [one.name for one in facts.events.values() if one.cause][-1]
    return (facts.delivery.within_s or 0.0) + 8.0 if event == last else honest(facts, event)


@fault(
    is_wanted,
    needs=("webhooks.payload.event", "webhooks.subscriptions"),
    shows_in=_causes_several,
)
def delivers_every_event(
    honest: IsWanted, subscription: Subscription, event: Event, tenant: str
) -> bool:
    """A subscription gets all events, whichever it names."""
    return honest(replace(subscription, events=None), event, tenant)


@fault(is_wanted, needs=("webhooks.subscriptions", "authorization.foreign.tenant"))
def delivers_to_every_tenant(
    honest: IsWanted, subscription: Subscription, event: Event, tenant: str
) -> bool:
    """An event is delivered to the subscriptions of all tenants."""
    return honest(subscription, event, subscription.tenant)


@fault(forget, needs=("webhooks.subscriptions.delete",))
def delivers_after_deletion(
    honest: Callable[[dict[str, Subscription], str], None],
    subscriptions: dict[str, Subscription],
    name: str,
) -> None:
    """A subscription that was deleted still gets deliveries."""


@fault(ends_subscription, needs=("webhooks.delivery.ends_on",))
def delivers_to_who_is_gone(
    honest: Callable[[Webhooks, Received], bool], facts: Webhooks, received: Received
) -> bool:
    """The status by which a receiver ends its subscription is taken for any other refusal."""
    return False


@fault(
    find_redirect,
    needs=("webhooks.delivery.redirects",),
    shows_in=_promises("redirects", "refused"),
)
def follows_redirects(
    honest: Callable[[Webhooks, Received], str], facts: Webhooks, received: Received
) -> str:
    """A delivery that is redirected is sent to the other URL."""
    return received.location


@fault(
    find_redirect,
    needs=("webhooks.delivery.redirects",),
    shows_in=_promises("redirects", "followed"),
)
def follows_no_redirect(
    honest: Callable[[Webhooks, Received], str], facts: Webhooks, received: Received
) -> str:
    """A delivery that is redirected is given up."""
    return ""


@fault(
    choose_next,
    needs=("webhooks.delivery.order",),
    shows_in=_promises("order", "guaranteed", "per-object"),
)
def delivers_newest_first(
    honest: Callable[[Webhooks, Sequence[Message]], int],
    facts: Webhooks,
    waiting: Sequence[Message],
) -> int:
    """Of several events that wait for a slow receiver, the newest is delivered first."""
    return len(waiting) - 1


@fault(
    count_copies,
    needs=("webhooks.delivery.duplicates",),
    shows_in=_promises("duplicates", "never"),
)
def delivers_twice(honest: Callable[[Webhooks], int], facts: Webhooks) -> int:
    """Every event is sent twice to each subscription."""
    return 2
