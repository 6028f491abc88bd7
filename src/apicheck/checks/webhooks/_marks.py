"""By what a delivery of an event is told from those of others that the run causes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from apicheck.authoring import (
    Direction,
    Exchange,
    Identity,
    Inconclusive,
    Json,
    Steps,
    Subject,
    Transcript,
    build,
    describe,
    pointers,
    steps,
    variation,
)
from apicheck.authoring.facts import Event
from apicheck.checks.webhooks._hooks import read_payload

_IDS = ("id", "_id", "uuid")
_LONG = 6


def cause(subject: Subject, event: Event, who: Identity | None = None) -> Steps[Exchange]:
    """Cause an event about an object with a text of its own, where it can have one.

    Ids are often numbers that are counted for each tenant. Ends the script where it is refused.
    """
    request = yield from build.valid_request(subject, event.cause, who)
    of_cause = _about(subject, event)
    if place := variation.find_free_text(of_cause, request):
        request = variation.mark_at(of_cause, request, place)
    exchange = yield from steps.send(request)
    if not exchange.succeeded:
        reason = f"{event.cause}, which causes {event.name}, got {describe(exchange)}"
        steps.end_script(Inconclusive(reason))
    return exchange


def list_marks(subject: Subject, event: Event, transcript: Transcript) -> tuple[str, ...]:
    """What no other event of the run says: the object's text, and its id where that is long."""
    causes = [one for one in transcript.exercised if one.direction is Direction.OUT]
    return tuple(_find_marks(_about(subject, event), causes[-1])) if causes else ()


def _find_marks(of_cause: Subject, caused: Exchange) -> Iterator[str]:
    if place := variation.find_free_text(of_cause, caused.request):
        text = pointers.at(variation.read_members(caused.request), place)
        if isinstance(text, str):
            yield text
    yield from _find_ids(caused.json_or())


def shows(delivery: Exchange, mark: str) -> bool:
    """Whether a delivery has a mark, however its letters are escaped."""
    written = json.dumps(read_payload(delivery), ensure_ascii=False)
    return mark in written or mark.encode() in (delivery.request.body or b"")


def _about(subject: Subject, event: Event) -> Subject:
    return replace(subject, operation=subject.context.spec.operation(event.cause))


def _find_ids(value: Json) -> Iterator[str]:
    """Ids in a response that are long enough to be no other value, the outermost first."""
    members = value if isinstance(value, Mapping) else {}
    for name, member in members.items():
        if name.lower() in _IDS and isinstance(member, str) and len(member) >= _LONG:
            yield member
    for member in members.values():
        yield from _find_ids(member)
