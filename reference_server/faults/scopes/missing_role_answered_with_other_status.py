"""A missing role is refused with another status than the one promised."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.policy import status_not_promised

NEEDS = ("authorization.refusal", "authorization.roles")


def choose_status(honest: Callable[[Call, Refusal], int], call: Call, refusal: Refusal) -> int:
    """Another status for this kind of refusal alone."""
    if refusal.kind == "scope" and _lacks_role(call):
        return status_not_promised(call, refusal)
    return honest(call, refusal)


def _lacks_role(call: Call) -> bool:
    wanted = set(call.op_rules.roles)
    return bool(wanted) and wanted.isdisjoint(call.caller_identity.roles)
