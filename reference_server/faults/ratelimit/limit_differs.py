"""The field that tells the limit names another number."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.headers.limit",)


def make_rate_headers(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """One more than the limit."""
    limits = call.server.profile.facts.rate_limits
    name = limits.headers.limit if limits and limits.headers else None
    sent = honest(call, admission)
    return [(key, str(int(value) + 1) if key == name else value) for key, value in sent]
