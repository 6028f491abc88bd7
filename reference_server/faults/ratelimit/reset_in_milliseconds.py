"""The field that tells when the window ends counts milliseconds."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.headers.reset",)


def make_rate_headers(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """A thousand times the seconds."""
    limits = call.server.profile.facts.rate_limits
    name = limits.headers.reset if limits and limits.headers else None
    sent = honest(call, admission)
    return [(key, str(int(value) * 1000) if key == name else value) for key, value in sent]
