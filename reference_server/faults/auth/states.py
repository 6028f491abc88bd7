"""Credentials and accounts out of use that are served."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.stages.authentication import find_account_state, find_credential_state
from reference_server.state.identities import Identity


@alters(find_credential_state, needs=("authentication.states.expired",))
def accepts_expired_credentials(state: str, call: Call, identity: Identity) -> str:
    """An expired credential is accepted."""
    return "" if state == "expired" else state


@alters(find_credential_state, needs=("authentication.states.revoked",))
def accepts_revoked_credentials(state: str, call: Call, identity: Identity) -> str:
    """A revoked credential is accepted."""
    return "" if state == "revoked" else state


@fault(find_account_state, needs=("authentication.states.suspended",))
def serves_accounts_out_of_use(
    honest: Callable[[Call, Identity], str], call: Call, identity: Identity
) -> str:
    """An account that is pending, suspended or terminated is served."""
    return ""
