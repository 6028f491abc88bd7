"""The field that tells what is left always names the limit."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.headers.remaining",)


def make_rate_headers(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """The limit, whatever was used."""
    limits = call.server.profile.facts.rate_limits
    name = limits.headers.remaining if limits and limits.headers else None
    sent = honest(call, admission)
    return [(key, str(admission.limit) if key == name else value) for key, value in sent]
