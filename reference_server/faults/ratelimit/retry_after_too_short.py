"""A refusal by limit says to come back at once."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.refusal.retry_after",)


def make_retry_after(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """Now, whenever something is due."""
    sent = honest(call, admission)
    return [("Retry-After", "0")] if sent else []
