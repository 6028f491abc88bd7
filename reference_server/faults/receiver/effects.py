"""Receivers that do too much with a delivery, or say too much of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.faults.receiver.signatures import NEEDS
from reference_server.operations.receiving import (
    accept,
    name_delivery,
    process,
    write_refusal,
)
from reference_server.webhooks.receiving import (
    Incoming,
    Refused,
    compute,
    list_contents,
    read_fields,
)

_LONG = 5_000
_LATE_S = 0.1
_NOTED_S = 10.0
_POOL, _QUEUE = 30, 300
_PAUSES_AFTER = 10
_IN_A_ROW = ("deliveries accepted in a row",)
_LONG_ONES = ("long deliveries",)
_BEGAN: dict[str, float] = {}
"""When a delivery came first, by its id, which no other delivery of any run has."""

Handle = Callable[[Call, Incoming], None]
WriteRefusal = Callable[[Incoming, Refused], str]


@fault(accept, needs=NEEDS)
def processes_before_verifying(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver processes a delivery before it verifies it."""
    process(call, incoming)
    honest(call, incoming)


@fault(accept, needs=NEEDS)
def acknowledges_what_it_refuses(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver responds with 2xx to deliveries that it refuses, and does nothing with them."""
    with suppress(Refused):
        honest(call, incoming)


@fault(process, needs=NEEDS)
def works_before_it_responds(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver responds to a long delivery when it has done what takes long."""
    honest(call, incoming)
    if len(incoming.body) > _LONG:
        _outlast_the_sender(call)


@fault(process, needs=NEEDS)
def pauses_at_times(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver tidies up after every tenth long delivery, before it responds to it."""
    honest(call, incoming)
    if len(incoming.body) > _LONG:
        number = call.server.kept[_LONG_ONES] = _read_count(call, _LONG_ONES) + 1
        if number % _PAUSES_AFTER == 0:
            _outlast_the_sender(call)


def _outlast_the_sender(call: Call) -> None:
    webhooks = call.server.profile.webhooks
    if webhooks:
        time.sleep((webhooks.delivery.timeout_s or 0) + _LATE_S)


@fault(process, needs=NEEDS)
def processes_again(_: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver processes a delivery each time it comes."""
    call.server.received.processed.append(name_delivery(incoming))


@fault(process, needs=NEEDS)
def notes_late_what_it_did(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver notes seconds later that it has processed a delivery: those at once race."""
    name, received = name_delivery(incoming), call.server.received
    began = _BEGAN.setdefault(name, incoming.now)
    if incoming.now - began < _NOTED_S:
        received.known.discard(name)
    honest(call, incoming)


@fault(process, needs=NEEDS)
def remembers_body_and_time(_: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver knows a delivery again by body and time, and takes a retry for another one."""
    received, key = call.server.received, f"{incoming.field('webhook-timestamp')}{incoming.body!r}"
    if key not in received.known:
        received.known.add(key)
        received.processed.append(name_delivery(incoming))


@fault(accept, needs=NEEDS)
def keeps_its_connections(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver gives connections to its database back when it refuses, and otherwise not."""
    if _count_in_a_row(honest, call, incoming) > _POOL:
        raise LookupError("no connection is free")


@fault(accept, needs=NEEDS)
def drops_under_load(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver whose queue is full acknowledges every other delivery without processing it."""
    number = _read_count(call, _IN_A_ROW) + 1
    if number > _QUEUE and number % 2:
        call.server.received.known.add(name_delivery(incoming))
    _count_in_a_row(honest, call, incoming)


def _count_in_a_row(honest: Handle, call: Call, incoming: Incoming) -> int:
    """Accept a delivery, and count those that were accepted since one was refused."""
    number = _read_count(call, _IN_A_ROW) + 1
    call.server.kept[_IN_A_ROW] = 0
    honest(call, incoming)
    call.server.kept[_IN_A_ROW] = number
    return number


def _read_count(call: Call, key: tuple[str]) -> int:
    number = call.server.kept.get(key, 0)
    return number if isinstance(number, int) else 0


@fault(accept, needs=NEEDS)
def verifies_post_alone(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver processes what comes by another method without verifying it."""
    if call.method == "POST":
        honest(call, incoming)
    else:
        process(call, incoming)


@fault(accept, needs=NEEDS)
def fails_on_other_methods(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver fails where a delivery comes by another method."""
    if call.method != "POST":
        raise LookupError(call.method)
    honest(call, incoming)


@alters(write_refusal, needs=NEEDS)
def shows_secret(due: str, incoming: Incoming, refused: Refused) -> str:
    """The refusal of a receiver shows its secret."""
    return f"{due}: verified with {incoming.secret}"


@fault(write_refusal, needs=NEEDS)
def shows_signature(honest: WriteRefusal, incoming: Incoming, refused: Refused) -> str:
    """The refusal of a receiver shows the signature that it expected."""
    try:
        content, *_ = list_contents(incoming, read_fields(incoming))
    except Refused:
        return honest(incoming, refused)
    return f"{honest(incoming, refused)}: expected {compute(incoming, content)[0]}"
