"""By what a delivery of an event is told from those of others that the run causes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NoReturn

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
from apicheck.checks.webhooks import _hooks

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
        _end_refused(event, exchange)
    return exchange


def cause_about_one(subject: Subject, event: Event, times: int) -> Steps[tuple[Exchange, ...]]:
    """Cause an event so often about the same object, each time with a text of its own.

    Ends the script where a request is refused.
    """
    request = yield from build.valid_request(subject, event.cause)
    of_cause, caused = _about(subject, event), []
    place = variation.find_free_text(of_cause, request)
    for _ in range(times):
        marked = variation.mark_at(of_cause, request, place) if place else request
        exchange = yield from steps.send(marked)
        if not exchange.succeeded:
            _end_refused(event, exchange)
        caused.append(exchange)
    return tuple(caused)


def list_marks(
    subject: Subject, event: Event, transcript: Transcript, number: int = -1
) -> tuple[str, ...]:
    """What no other event of the run says: the object's text, and its id where that is long.

    number: of the request that caused it, by default the last.
    """
    causes = [one for one in transcript.exercised if one.direction is Direction.OUT]
    return find_marks(subject, event, causes[number]) if causes else ()


def find_marks(subject: Subject, event: Event, caused: Exchange) -> tuple[str, ...]:
    """The marks of the event that a request has caused."""
    return tuple(_find_marks(_about(subject, event), caused))


def deliveries_of_last(
    subject: Subject, event: Event, transcript: Transcript, number: int, witness: int
) -> tuple[Exchange, ...]:
    """What came to a URL of the listener of the last event that was caused.

    Where the deliveries to the witness, another URL, tell which event it was, so must these: those
    of an earlier event may still be under way. Otherwise all that came later count.
    """
    came = _hooks.deliveries_after(transcript, number)
    seen = _hooks.deliveries_after(transcript, witness)
    marks = list_marks(subject, event, transcript)
    mark = next((mark for mark in marks if any(shows(one, mark) for one in seen)), "")
    return tuple(one for one in came if shows(one, mark)) if mark else came


def _find_marks(of_cause: Subject, caused: Exchange) -> Iterator[str]:
    if place := variation.find_free_text(of_cause, caused.request):
        text = pointers.at(caused.request.members, place)
        if isinstance(text, str):
            yield text
    yield from _find_ids(caused.json_or())


def shows(delivery: Exchange, mark: str) -> bool:
    """Whether a delivery has a mark, however its letters are escaped."""
    written = json.dumps(_hooks.read_payload(delivery), ensure_ascii=False)
    return mark in written or mark.encode() in (delivery.request.body or b"")


def _end_refused(event: Event, exchange: Exchange) -> NoReturn:
    reason = f"{event.cause}, which causes {event.name}, got {describe(exchange)}"
    steps.end_script(Inconclusive(reason))


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
