"""Receivers that do not look at the time of signing as they should."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.faults.fault import fault
from reference_server.faults.receiver.signatures import NEEDS, ListContents
from reference_server.webhooks.receiving import Fields, Incoming, is_recent, list_contents

IsRecent = Callable[[Incoming, Fields], bool]

_HOUR_S = 3600.0
_NEARBY_S = 2


@fault("receiver/ignores-time", is_recent, needs=NEEDS)
def ignores_time(_: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver does not look at the time of signing."""
    return True


@fault("receiver/tolerates-an-hour", is_recent, needs=NEEDS)
def tolerates_an_hour(honest: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver accepts deliveries that were signed an hour ago."""
    return honest(replace(incoming, facts=replace(incoming.facts, tolerance_s=_HOUR_S)), fields)


@fault("receiver/accepts-the-future", is_recent, needs=NEEDS)
def accepts_the_future(honest: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver accepts any time that is ahead of now."""
    stamp = fields.timestamp or ""
    return (stamp.isdigit() and int(stamp) > incoming.now) or honest(incoming, fields)


@fault("receiver/fails-on-odd-time", is_recent, needs=NEEDS)
def fails_on_odd_time(honest: IsRecent, incoming: Incoming, fields: Fields) -> bool:
    """A receiver fails where the time of signing is no number."""
    return honest(incoming, replace(fields, timestamp=str(int(fields.timestamp or ""))))


@fault("receiver/accepts-times-nearby", list_contents, needs=NEEDS)
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
