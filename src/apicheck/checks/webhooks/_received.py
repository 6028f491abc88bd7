"""Folds over the deliveries of a run, whichever check had them sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from apicheck.authoring import (
    Applies,
    Direction,
    Exchange,
    Json,
    NotApplicable,
    RunContext,
    Subject,
    folds,
    pointers,
)
from apicheck.authoring.facts import Subscriptions, Webhooks
from apicheck.authoring.folds import Fold, PassiveResult
from apicheck.checks.webhooks._hooks import read_event

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

Inspect = Callable[[RunContext, str, Exchange], Iterator[tuple[str, folds.Result]]]
"""Inspects a delivery of an event ("" where it is not known which): (fact path, what is wrong)."""


@dataclass(slots=True)
class _Seen:
    tallies: folds.Tallies = field(default_factory=folds.Tallies)
    events: dict[str, str] = field(default_factory=dict)
    """Last segment of a URL of the listener -> the one event to which it is subscribed, or ""."""


def per_delivery(inspect: Inspect) -> Fold:
    """Make a fold that inspects every delivery to a subscription of the run by itself."""

    def start(_: RunContext) -> _Seen:
        return _Seen()

    def step(context: RunContext, seen: _Seen, exchange: Exchange) -> _Seen:
        webhooks = context.facts.webhooks
        if not isinstance(webhooks, Webhooks):
            return seen
        subscriptions = webhooks.subscriptions
        if exchange.direction is Direction.OUT:
            if subscriptions is not None and exchange.request.operation == subscriptions.create:
                seen.events.update(_read_subscription(subscriptions, exchange))
            return seen
        name = exchange.request.path.rpartition("/")[2]
        if subscriptions is None or name in seen.events:
            event = seen.events.get(name) or read_event(webhooks, exchange)
            if not event and len(webhooks.events) == 1:
                event = next(iter(webhooks.events))
            for fact, result in inspect(context, event, exchange):
                seen.tallies.note(fact, exchange, result)
        return seen

    def finish(_: RunContext, seen: _Seen) -> tuple[PassiveResult, ...]:
        return seen.tallies.seen()

    return Fold(start, step, finish)


def _read_subscription(
    subscriptions: Subscriptions, exchange: Exchange
) -> Iterator[tuple[str, str]]:
    """(last segment of the URL, event) of a subscription that was made."""
    sent = exchange.request.members
    url, events = pointers.at(sent, subscriptions.url), pointers.at(sent, subscriptions.events)
    names = events if isinstance(events, list) else [events]
    if isinstance(url, str) and exchange.succeeded:
        only = names[0] if len(names) == 1 and isinstance(names[0], str) else ""
        yield url.rpartition("/")[2], only


def applies_where(
    promises: Callable[[RunContext, Webhooks], object], otherwise: str
) -> Callable[[Subject], Applies | NotApplicable]:
    """Make the `applies` of a check that reads deliveries.

    promises: whether policy or document promise what it judges. otherwise: why there is nothing.
    """

    def applies(subject: Subject) -> Applies | NotApplicable:
        webhooks = subject.facts.webhooks
        if isinstance(webhooks, Webhooks) and promises(subject.context, webhooks):
            return Applies()
        return NotApplicable(otherwise)

    return applies


def find_documented(context: RunContext, event: str) -> Mapping[str, Json]:
    """What the document describes of an event: method -> its operation object."""
    described = context.spec.document.get("webhooks")
    item = described.get(event) if isinstance(described, Mapping) else None
    methods = item.items() if isinstance(item, Mapping) else ()
    return {name: found for name, found in methods if name in _METHODS}


def find_media(context: RunContext, event: str) -> Mapping[str, Json]:
    """What the document describes of an event's body: media type -> its media type object."""
    for operation in find_documented(context, event).values():
        content = pointers.at(operation, "/requestBody/content")
        if isinstance(content, Mapping):
            return {str(name).lower(): media for name, media in content.items()}
    return {}
