"""The Date field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from reference_server.call import Call
from reference_server.faults._documented import headers_have
from reference_server.faults.fault import fault
from reference_server.responses.headers import Fields, make_date
from reference_server.state.clock import format_http_date

MakeDate = Callable[[Call, int], Fields]


@fault(make_date, shows_in=headers_have(lambda header: header.within_s))
def date_an_hour_off(honest: MakeDate, call: Call, status: int) -> Fields:
    """Date is an hour off."""
    return [("Date", format_http_date(call.server.clock.now() + 3600))]


@fault(make_date)
def date_in_iso_form(honest: MakeDate, call: Call, status: int) -> Fields:
    """Date is in ISO 8601 instead of an HTTP date."""
    now = datetime.fromtimestamp(int(call.server.clock.now()), UTC)
    return [("Date", now.isoformat().replace("+00:00", "Z"))]


@fault(make_date)
def date_on_successes_only(honest: MakeDate, call: Call, status: int) -> Fields:
    """Errors lack Date."""
    return honest(call, status) if status < 400 else []
