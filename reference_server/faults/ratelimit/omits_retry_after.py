"""A refusal by limit does not say when to come back."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Admission, Call
from reference_server.responses.headers import Fields

NEEDS = ("rate_limits.refusal.retry_after",)


def make_retry_after(
    honest: Callable[[Call, Admission], Fields], call: Call, admission: Admission
) -> Fields:
    """Nothing."""
    del honest, call, admission
    return []
