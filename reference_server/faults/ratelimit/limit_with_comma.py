"""The field that tells the limit has a comma in its number."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.headers.limit",)


def make_rate_headers(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """A comma after the first digit."""
    limits = call.server.profile.facts.rate_limits
    name = limits.headers.limit if limits and limits.headers else None
    sent = honest(call, admission)
    return [(key, f"{value[:1]},{value[1:]}" if key == name else value) for key, value in sent]
