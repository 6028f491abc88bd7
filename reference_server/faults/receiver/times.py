"""Receivers that do not look at the time of signing as they should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.faults.receiver.signatures import NEEDS, ListContents
from reference_server.operations.receiving import accept
from reference_server.webhooks.receiving import Fields, Incoming, Refused, is_recent, list_contents

Handle = Callable[[Call, Incoming], None]
IsRecent = Callable[[Incoming, Fields], bool]

_HOUR_S = 3600.0
_NEARBY_S = 2
_DISORDER_S = 10
_NEWEST = ("time of the newest delivery",)


@fault(is_recent, needs=NEEDS)
def ignores_time(_: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver does not look at the time of signing."""
    return True


@fault(is_recent, needs=NEEDS)
def tolerates_an_hour(honest: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver accepts deliveries that were signed an hour ago."""
    return honest(replace(incoming, facts=replace(incoming.facts, tolerance_s=_HOUR_S)), fields)


@fault(is_recent, needs=NEEDS)
def accepts_the_future(honest: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver accepts any time that is ahead of now."""
    stamp = fields.timestamp or ""
    return (stamp.isdigit() and int(stamp) > incoming.now) or honest(incoming, fields)


@fault(accept, needs=NEEDS)
def refuses_what_is_older(honest: Handle, call: Call, incoming: Incoming) -> None:
    """A receiver takes a delivery that was signed before the last one for a replay."""
    stamp = incoming.field("webhook-timestamp")
    signed = int(stamp) if stamp.isascii() and stamp.isdigit() else 0
    newest = call.server.kept.get(_NEWEST, 0)
    if isinstance(newest, int) and 0 < signed < newest - _DISORDER_S:
        raise Refused("a newer delivery has come already")
    honest(call, incoming)
    call.server.kept[_NEWEST] = max(signed, newest if isinstance(newest, int) else 0)


@fault(is_recent, needs=NEEDS)
def fails_on_odd_time(honest: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver fails where the time of signing is no number."""
    return honest(incoming, replace(fields, timestamp=str(int(fields.timestamp or ""))))


@fault(list_contents, needs=NEEDS)
def accepts_times_nearby(
    honest: ListContents, incoming: Incoming, fields: Fields
) -> tuple[bytes, ...]:
    """A receiver also accepts a time that is a little away from the signed one."""
    named = int(fields.timestamp or "0")
    times = range(named - _NEARBY_S, named + _NEARBY_S + 1)
    return tuple(
        content
        for time in times
        for content in honest(incoming, replace(fields, timestamp=f"{time}"))
    )
