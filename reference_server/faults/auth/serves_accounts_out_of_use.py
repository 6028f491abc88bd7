"""An account that is pending, suspended or terminated is served."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.state.identities import Identity

NEEDS = ("authentication.states.suspended",)


def find_account_state(
    honest: Callable[[Call, Identity], str], call: Call, identity: Identity
) -> str:
    """No state, whatever it is."""
    del honest, call, identity
    return ""
