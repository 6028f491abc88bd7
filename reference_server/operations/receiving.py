"""The operation that receives webhooks, where the policy is one of a receiver."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from apicheck.model.facts import Signature
from apicheck.model.json import Json
from reference_server.call import Call, Reply
from reference_server.seam import seam
from reference_server.webhooks.receiving import Incoming, Refused, find_scheme, verify

_NO_CONTENT, _BAD_REQUEST, _NOT_ALLOWED, _FAILED = 204, 400, 405, 500
_ID_FIELDS = ("x-github-delivery", "x-shopify-webhook-id")
_ID_MEMBERS = ("id", "event_id")


def receive_delivery(call: Call) -> Reply | None:
    """Verify a delivery, then read it, then process it once; None for any other call."""
    webhooks = call.server.profile.webhooks
    name = webhooks.receiver if webhooks else ""
    if not webhooks or not name or call.server.profile.spec.operation(name).path != call.path:
        return None
    assert isinstance(webhooks.signature, Signature)  # deliveries to a receiver are signed
    incoming = Incoming(
        webhooks.signature,
        call.server.receiver_secret,
        {field: ", ".join(call.header_values(field)) for field, _ in call.headers},
        call.body,
        call.server.now(),
        call.server.foreign_secret,
    )
    try:
        accept(call, incoming)
    except Refused as refused:
        reply = Reply(refused.status, "text/plain", text=write_refusal(incoming, refused))
        if refused.status == _NOT_ALLOWED:
            reply.headers.append(("Allow", "POST"))
        return reply
    except Exception:  # noqa: BLE001  (of a fault; a log of them would fill the pipe)
        return Reply(_FAILED, "text/plain", text="Internal Server Error")
    return Reply(_NO_CONTENT)


@seam
def accept(call: Call, incoming: Incoming) -> None:
    """Do all that is done with a delivery. Raises Refused."""
    if call.method != "POST":
        raise Refused("deliveries come by POST", _NOT_ALLOWED)
    verify(incoming)
    refuse_event(call, read_event(incoming))
    process(call, incoming)


@seam
def read_event(incoming: Incoming) -> Mapping[str, Json]:
    """Read the body of a delivery that was verified. Raises Refused."""
    try:
        event = json.loads(incoming.body)
    except (ValueError, RecursionError):
        raise Refused("the body is no JSON", _BAD_REQUEST) from None
    if not isinstance(event, dict):
        raise Refused("the body is no object", _BAD_REQUEST)
    return event


@seam
def refuse_event(call: Call, event: Mapping[str, Json]) -> None:
    """Refuse no event: those that are of no interest are acknowledged too."""


@seam
def process(call: Call, incoming: Incoming) -> None:
    """Have the effect of a delivery, once."""
    received, name = call.server.received, name_delivery(incoming)
    if name not in received.known:
        received.known.add(name)
        received.processed.append(name)


@seam
def write_refusal(incoming: Incoming, refused: Refused) -> str:  # noqa: ARG001  (of a seam)
    """Write what is said to who is refused."""
    return str(refused)


def name_delivery(incoming: Incoming) -> str:
    """The id of a delivery: of the signature, of a field, or of the body."""
    signed = find_scheme(incoming.facts).read(incoming).id
    fields = [incoming.field(name) for name in _ID_FIELDS]
    try:
        body = json.loads(incoming.body)
    except (ValueError, RecursionError):
        body = None
    members = [body.get(name) for name in _ID_MEMBERS] if isinstance(body, dict) else []
    named = next((str(one) for one in (signed, *fields, *members) if one), "")
    return named or hashlib.sha256(incoming.body).hexdigest()
