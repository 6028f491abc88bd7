"""Scopes that are granted."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.oauth.clients import read_form
from reference_server.oauth.issuing import assign_scopes
from reference_server.oauth.token import grant_scopes, limit_to_client
from reference_server.state.identities import Client

_TOKEN = ("oauth.token",)


def _has_scopes(profile: Profile) -> bool:
    return bool(profile.scopes)


@alters(grant_scopes, needs=_TOKEN, shows_in=_has_scopes)
def grants_all_scopes(
    found: tuple[str, ...] | Refusal, call: Call, asked: tuple[str, ...], most: tuple[str, ...]
) -> tuple[str, ...] | Refusal:
    """A client that asks for one scope is granted all of them."""
    if isinstance(found, Refusal) or read_form(call).get("grant_type") == "refresh_token":
        return found
    return tuple(dict.fromkeys((*found, *call.server.profile.scopes)))


@fault(limit_to_client, needs=_TOKEN, shows_in=_has_scopes)
def grants_scopes_that_the_client_lacks(
    honest: Callable[[Client, tuple[str, ...]], tuple[str, ...]],
    client: Client,
    scopes: tuple[str, ...],
) -> tuple[str, ...]:
    """A client is granted every scope there is, whichever it was registered with."""
    return scopes


@alters(grant_scopes, needs=_TOKEN, shows_in=_has_scopes)
def grants_unknown_scopes(
    found: tuple[str, ...] | Refusal, call: Call, asked: tuple[str, ...], most: tuple[str, ...]
) -> tuple[str, ...] | Refusal:
    """An undefined scope is granted."""
    if read_form(call).get("grant_type") == "refresh_token":
        return found
    return asked if isinstance(found, Refusal) and set(asked) & set(most) else found


def _reads_need_different_scopes(profile: Profile) -> bool:
    """Where a token that may read something may not read everything."""
    safe = (rules for rules in profile.rules.values() if rules.operation.safe)
    return len({frozenset(rules.scopes) for rules in safe if rules.scopes}) > 1


@fault(assign_scopes, needs=_TOKEN, shows_in=_reads_need_different_scopes)
def token_reaches_further_than_said(
    honest: Callable[[Call, tuple[str, ...]], tuple[str, ...]], call: Call, scopes: tuple[str, ...]
) -> tuple[str, ...]:
    """A token has all scopes, though its response says that it has those asked for."""
    return call.server.profile.scopes
