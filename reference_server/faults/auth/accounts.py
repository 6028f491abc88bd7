"""Accounts that change while their credentials are in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults.fault import fault
from reference_server.stages.authentication import find_account_change
from reference_server.state.identities import Identity
from reference_server.state.server_state import AccountChange

FindAccountChange = Callable[[Call, Identity], AccountChange | None]
_CHANGES = ("authentication.changes_within",)


def has_owned_credentials(profile: Profile) -> bool:
    """Whether a credential that an operation issues ends with its owner."""
    issued = profile.facts.authentication.issued.values()
    return any(one.ends_with_owner for one in issued)


@fault(find_account_change, needs=_CHANGES)
def serves_the_suspended_until_they_sign_in(
    honest: FindAccountChange, call: Call, identity: Identity
) -> AccountChange | None:
    """A credential keeps the state that its account had when the credential was issued."""
    change = honest(call, identity)
    return replace(change, state="active") if change else None


@fault(find_account_change, needs=(*_CHANGES, "authorization.roles"))
def keeps_the_rights_of_the_demoted(
    honest: FindAccountChange, call: Call, identity: Identity
) -> AccountChange | None:
    """A credential keeps the roles that its owner had when the credential was issued."""
    change = honest(call, identity)
    return replace(change, roles=None) if change else None


@fault(find_account_change, needs=_CHANGES, shows_in=has_owned_credentials)
def keys_outlive_their_owner(
    honest: FindAccountChange, call: Call, identity: Identity
) -> AccountChange | None:
    """What becomes of an account touches the credential it signs in with, and no key of its own."""
    change = honest(call, identity)
    return change if change and change.identity == identity.id else None
