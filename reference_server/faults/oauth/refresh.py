"""Refresh tokens."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.json import Json
from reference_server.call import Call, Refusal
from reference_server.faults.fault import alters, fault
from reference_server.oauth.clients import read_form, refuse_oauth
from reference_server.oauth.issuing import assign_scopes, write_token_response
from reference_server.oauth.token import find_refresh_grant, grant_scopes
from reference_server.state.grants import Grant
from reference_server.state.identities import Client

FindRefreshGrant = Callable[[Call, Client, str], Grant | Refusal]
_REFRESH = ("oauth.refresh",)


@fault(find_refresh_grant, needs=_REFRESH)
def refresh_token_works_twice(
    honest: FindRefreshGrant, call: Call, client: Client, token: str
) -> Grant | Refusal:
    """A refresh token that was used goes on working."""
    grant = call.server.grants.of_refresh(token)
    ours = grant is not None and grant.client == client.id and bool(grant.refresh)
    return grant if grant is not None and ours else honest(call, client, token)


@fault(grant_scopes, needs=_REFRESH)
def refresh_widens_scope(
    honest: Callable[[Call, tuple[str, ...], tuple[str, ...]], tuple[str, ...] | Refusal],
    call: Call,
    asked: tuple[str, ...],
    most: tuple[str, ...],
) -> tuple[str, ...] | Refusal:
    """A refresh is granted any scope that it asks for."""
    if read_form(call).get("grant_type") == "refresh_token":
        most = (*most, *call.server.profile.scopes)
    return honest(call, asked, most)


@alters(write_token_response, needs=_REFRESH)
def refresh_without_rotation(
    made: dict[str, Json], call: Call, members: dict[str, Json]
) -> dict[str, Json]:
    """A refresh hands out no refresh token, though the policy says that they rotate."""
    if read_form(call).get("grant_type") == "refresh_token":
        made.pop("refresh_token", None)
    return made


@fault(assign_scopes, needs=_REFRESH)
def refreshed_token_is_useless(
    honest: Callable[[Call, tuple[str, ...]], tuple[str, ...]], call: Call, scopes: tuple[str, ...]
) -> tuple[str, ...]:
    """A token that was got by refreshing has no scope."""
    refreshing = read_form(call).get("grant_type") == "refresh_token"
    return () if refreshing else honest(call, scopes)


@fault(find_refresh_grant, needs=_REFRESH)
def refreshes_for_any_client(
    honest: FindRefreshGrant, call: Call, client: Client, token: str
) -> Grant | Refusal:
    """A refresh token works for every client."""
    grant = call.server.grants.of_refresh(token)
    works = grant is not None and grant.refresh == token
    return grant if grant is not None and works else honest(call, client, token)


@fault(find_refresh_grant, needs=_REFRESH)
def refuses_refresh(
    honest: FindRefreshGrant, call: Call, client: Client, token: str
) -> Grant | Refusal:
    """Refresh tokens are handed out, and refused."""
    return refuse_oauth("invalid_grant", "The refresh token is not valid.")
