"""Deliveries that do not look as promised, or do not say what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apicheck.model.json import Json, at
from reference_server.document.profile import Profile
from reference_server.document.schemas import put
from reference_server.faults.fault import alters
from reference_server.webhooks.delivery import Outgoing, finish_delivery
from reference_server.webhooks.rules import Message, prepare


def _is_described(profile: Profile) -> bool:
    """Where the document describes an event that is delivered."""
    described = profile.spec.document.get("webhooks")
    events = profile.webhooks.events if profile.webhooks else {}
    return isinstance(described, Mapping) and not described.keys().isdisjoint(events)


def _says_method(profile: Profile) -> bool:
    webhooks = profile.webhooks
    return webhooks is not None and (bool(webhooks.delivery.method) or _is_described(profile))


def _says_media(profile: Profile) -> bool:
    webhooks = profile.webhooks
    return webhooks is not None and (bool(webhooks.delivery.media) or _is_described(profile))


def _has_id_field(profile: Profile) -> bool:
    return profile.webhooks is not None and "header" in profile.webhooks.id


def _without(outgoing: Outgoing, *names: str) -> Outgoing:
    gone = {name.lower() for name in names}
    kept = tuple(pair for pair in outgoing.headers if pair[0].lower() not in gone)
    return replace(outgoing, headers=kept)


@alters(finish_delivery, shows_in=_says_method)
def delivers_by_put(made: Outgoing, outgoing: Outgoing) -> Outgoing:
    """Deliveries are sent by PUT."""
    return replace(made, method="PUT")


@alters(finish_delivery, shows_in=_says_media)
def labels_no_media_type(made: Outgoing, outgoing: Outgoing) -> Outgoing:
    """Deliveries do not say of which media type they are."""
    return _without(made, "Content-Type")


@alters(finish_delivery, shows_in=_says_media)
def labels_json_as_text(due: Outgoing, outgoing: Outgoing) -> Outgoing:
    """Deliveries in JSON say that they are plain text."""
    made = _without(due, "Content-Type")
    return replace(made, headers=(*made.headers, ("Content-Type", "text/plain")))


@alters(finish_delivery, needs=("webhooks.delivery.headers",))
def omits_promised_fields(made: Outgoing, outgoing: Outgoing) -> Outgoing:
    """Deliveries lack the header field that names their sender."""
    return _without(made, "User-Agent")


@alters(finish_delivery, needs=("webhooks.delivery.headers",))
def other_value_of_promised_fields(due: Outgoing, outgoing: Outgoing) -> Outgoing:
    """Deliveries name the library that sends them."""
    made = _without(due, "User-Agent")
    return replace(made, headers=(*made.headers, ("User-Agent", "http-client/7.1")))


@alters(finish_delivery, shows_in=_has_id_field)
def omits_id(made: Outgoing, outgoing: Outgoing) -> Outgoing:
    """Deliveries lack the header field of their id."""
    return _without(made, "webhook-id", "x-request-id")


@alters(finish_delivery, needs=("webhooks.payload",))
def delivers_broken_json(made: Outgoing, outgoing: Outgoing) -> Outgoing:
    """The body of a delivery ends before its last character."""
    return replace(made, body=made.body[:-1])


@alters(prepare, needs=("webhooks.payload.event",))
def names_other_event(made: Message, message: Message, attempt: int) -> Message:
    """The body of a delivery names another event of the policy than the one that happened."""
    other = next((name for name in message.facts.events if name != message.event), "other")
    return replace(made, value=put(made.value, str(message.facts.payload["event"]), other))


@alters(prepare, needs=("webhooks.payload.data",))
def omits_data(made: Message, message: Message, attempt: int) -> Message:
    """The body of a delivery does not say what the event is about."""
    return replace(made, value=_drop(made.value, str(message.facts.payload["data"])))


def _drop(value: Json, pointer: str) -> Json:
    """A value without a member at its top."""
    name = pointer.strip("/").partition("/")[0]
    return {key: item for key, item in value.items() if key != name}


@alters(prepare, shows_in=_is_described)
def omits_timestamp(made: Message, message: Message, attempt: int) -> Message:
    """The body of a delivery lacks the time of the event, which the document requires."""
    return replace(made, value=_drop(made.value, "/timestamp"))


@alters(prepare, shows_in=_is_described)
def payload_of_other_types(made: Message, message: Message, attempt: int) -> Message:
    """The object that a delivery is about has a number for its id."""
    place = f"{message.facts.payload.get('data', '/data')}/id"
    known = isinstance(at(made.value, place), str)
    return replace(made, value=put(made.value, place, 7)) if known else made


@alters(prepare, needs=("webhooks.payload.event",))
def names_event_in_capitals(made: Message, message: Message, attempt: int) -> Message:
    """The body of a delivery writes the name of its event in capitals."""
    place = str(message.facts.payload["event"])
    return replace(made, value=put(made.value, place, message.event.upper()))
