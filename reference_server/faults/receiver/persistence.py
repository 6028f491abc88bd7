"""Receivers that many forgeries wear down."""

from __future__ import annotations

from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.faults.receiver.effects import Handle
from reference_server.faults.receiver.signatures import NEEDS
from reference_server.operations.receiving import accept, process
from reference_server.webhooks.receiving import Incoming, Refused

_PATIENCE, _POOL = 500, 100
_LONG, _ROOM = 1_000_000, 20
_REFUSED = ("deliveries refused in a row",)


@fault(accept, needs=NEEDS)
def gives_in(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver whose verifier is overrun lets deliveries through."""
    try:
        _count(honest, call, incoming)
    except Refused:
        if _read_count(call) <= _PATIENCE:
            raise
        process(call, incoming)


@fault(accept, needs=NEEDS)
def keeps_connections_of_the_refused(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver gives connections to its database back when it accepts, and otherwise not."""
    if _read_count(call) > _POOL:
        call.server.kept[_REFUSED] = 0
        raise LookupError("no connection is free")
    _count(honest, call, incoming)


@fault(accept, needs=NEEDS)
def keeps_what_it_refuses(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver keeps what it refuses until its disk is full, which long forgeries soon do."""
    if len(incoming.body) < _LONG:
        honest(call, incoming)
    elif _read_count(call) >= _ROOM:
        raise OSError("no space left on the disk")
    else:
        _count(honest, call, incoming)


def _count(honest: Handle, call: Call, incoming: Incoming) -> None:
    """Accept or refuse a delivery, and count those that were refused since one was accepted."""
    number = _read_count(call)
    try:
        honest(call, incoming)
    except Refused:
        call.server.kept[_REFUSED] = number + 1
        raise
    call.server.kept[_REFUSED] = 0


def _read_count(call: Call) -> int:
    number = call.server.kept.get(_REFUSED, 0)
    return number if isinstance(number, int) else 0
