"""Accounts that change while their credentials are in use."""

from __future__ import annotations

from dataclasses import replace

from reference_server.call import Call
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters
from reference_server.stages.authentication import find_account_change
from reference_server.state.identities import Identity
from reference_server.state.server_state import AccountChange

_CHANGES = ("authentication.changes_within",)


def has_owned_credentials(profile: Profile) -> bool:
    """Whether a credential that an operation issues ends with its owner."""
    issued = profile.facts.authentication.issued.values()
    return any(one.ends_with_owner for one in issued)


@alters(find_account_change, needs=_CHANGES)
def serves_the_suspended_until_they_sign_in(
    change: AccountChange | None, call: Call, identity: Identity
) -> AccountChange | None:
    """A credential keeps the state that its account had when the credential was issued."""
    return replace(change, state="active") if change else None


@alters(find_account_change, needs=(*_CHANGES, "authorization.roles"))
def keeps_the_rights_of_the_demoted(
    change: AccountChange | None, call: Call, identity: Identity
) -> AccountChange | None:
    """A credential keeps the roles that its owner had when the credential was issued."""
    return replace(change, roles=None) if change else None


@alters(find_account_change, needs=_CHANGES, shows_in=has_owned_credentials)
def keys_outlive_their_owner(
    change: AccountChange | None, call: Call, identity: Identity
) -> AccountChange | None:
    """What becomes of an account touches the credential it signs in with, and no key of its own."""
    return change if change and change.identity == identity.id else None
