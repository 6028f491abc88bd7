"""A credential that is expired is accepted as if it were not."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.state.identities import Identity

NEEDS = ("authentication.states.expired",)


def find_credential_state(
    honest: Callable[[Call, Identity], str], call: Call, identity: Identity
) -> str:
    """No state, where it is expired."""
    state = honest(call, identity)
    return "" if state == "expired" else state
