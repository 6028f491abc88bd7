"""The path of another tenant is refused with another status than the one promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import status_not_promised

NEEDS = ("authorization.tenant.foreign",)


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another status for this kind of refusal alone."""
    if refusal.kind == "tenant-foreign":
        return status_not_promised(call, refusal)
    return honest(call, refusal)
