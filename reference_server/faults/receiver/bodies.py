"""Receivers that read the body other than as the bytes that were signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.faults.receiver.signatures import NEEDS, ListContents, Verify
from reference_server.operations.receiving import read_event, refuse_event
from reference_server.webhooks.receiving import Fields, Incoming, Refused, list_contents, verify

ReadEvent = Callable[[Incoming], Mapping[str, Json]]
RefuseEvent = Callable[[Call, Mapping[str, Json]], None]

_KEPT, _TAKEN = 512_000, 100_000
_BAD_REQUEST, _TOO_LARGE, _UNPROCESSABLE = 400, 413, 422
_KNOWN_EVENT = "contact.updated"
_KNOWN_MEMBERS = frozenset({"id", "type", "timestamp", "data"})


@fault(list_contents, needs=NEEDS)
def strips_body(honest: ListContents, incoming: Incoming, fields: Fields) -> tuple[bytes, ...]:
    """A receiver also verifies the body without the white space around it."""
    stripped = replace(incoming, body=incoming.body.strip())
    return (*honest(incoming, fields), *honest(stripped, fields))


@fault(list_contents, needs=NEEDS)
def verifies_rewritten_body(
    honest: ListContents, incoming: Incoming, fields: Fields
) -> tuple[bytes, ...]:
    """A receiver verifies the body after it was parsed and written again."""
    try:
        rewritten = json.dumps(json.loads(incoming.body), separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return honest(incoming, fields)
    return honest(replace(incoming, body=rewritten), fields)


@fault(list_contents, needs=NEEDS)
def decodes_body(honest: ListContents, incoming: Incoming, fields: Fields) -> tuple[bytes, ...]:
    """A receiver reads the body as text, and verifies what became of it."""
    return honest(_decode(incoming), fields)


@decodes_body.also(read_event)
def _decode_event(honest: ReadEvent, incoming: Incoming) -> Mapping[str, Json]:
    """It takes what is said from the same text."""
    return honest(_decode(incoming))


def _decode(incoming: Incoming) -> Incoming:
    return replace(incoming, body=incoming.body.decode("utf-8", "replace").encode())


@fault(verify, needs=NEEDS)
def sends_challenges_back(honest: Verify, incoming: Incoming) -> None:
    """A receiver sends a challenge back before it verifies who asks for that."""
    if b'"challenge"' not in incoming.body:
        honest(incoming)


@fault(verify, needs=NEEDS)
def fails_on_forged_challenges(honest: Verify, incoming: Incoming) -> None:
    """A receiver fails where a challenge is not signed with its secret."""
    try:
        honest(incoming)
    except Refused as refused:
        if b'"challenge"' in incoming.body:
            raise LookupError("no token to compare with") from refused
        raise


@fault(verify, needs=(*NEEDS, "webhooks.delivery.body_limit"))
def refuses_long_bodies(honest: Verify, incoming: Incoming) -> None:
    """A receiver takes no body longer than its framework does by itself."""
    if len(incoming.body) > _TAKEN:
        raise Refused("the body is too long", _TOO_LARGE)
    honest(incoming)


@fault(verify, needs=NEEDS)
def verifies_short_bodies_alone(honest: Verify, incoming: Incoming) -> None:
    """A receiver does not verify a body that is too long to be kept in memory."""
    if len(incoming.body) <= _KEPT:
        honest(incoming)


@fault(verify, needs=NEEDS)
def fails_on_empty_body(honest: Verify, incoming: Incoming) -> None:
    """A receiver fails where the body is empty."""
    if incoming.body[0]:
        honest(incoming)


@fault(read_event, needs=NEEDS)
def fails_on_unreadable_body(_: ReadEvent, incoming: Incoming) -> Mapping[str, Json]:
    """A receiver fails where the body is no JSON object."""
    return dict(json.loads(incoming.body))


@fault(read_event, needs=NEEDS)
def refuses_non_ascii(honest: ReadEvent, incoming: Incoming) -> Mapping[str, Json]:
    """A receiver refuses a body with letters beyond ASCII."""
    if not incoming.body.isascii():
        raise Refused("the body is not ASCII", _BAD_REQUEST)
    return honest(incoming)


@fault(refuse_event, needs=NEEDS)
def refuses_unknown_events(_: RefuseEvent, call: Call, event: Mapping[str, Json]) -> None:
    """A receiver refuses events of a kind that it does not know."""
    if event.get("type") != _KNOWN_EVENT:
        raise Refused("the event is not known", _UNPROCESSABLE)


@fault(refuse_event, needs=NEEDS)
def refuses_unknown_members(_: RefuseEvent, call: Call, event: Mapping[str, Json]) -> None:
    """A receiver refuses events with members that it does not know."""
    if not _KNOWN_MEMBERS.issuperset(event):
        raise Refused("a member is not known", _UNPROCESSABLE)
