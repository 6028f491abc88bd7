"""Revocation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal
from reference_server.faults.fault import alters, fault
from reference_server.oauth.clients import authenticate_client, read_form, refuse_oauth
from reference_server.oauth.revocation import revoke_token
from reference_server.state.identities import Client

RevokeToken = Callable[[Call, Client, str], Refusal | None]
_REVOKE = ("oauth.revoke",)


@fault(revoke_token, needs=("oauth.revoke", "oauth.refresh"))
def revocation_spares_refresh_tokens(
    honest: RevokeToken, call: Call, client: Client, token: str
) -> Refusal | None:
    """A refresh token works after it was revoked."""
    is_refresh = call.server.grants.of_refresh(token) is not None
    return None if is_refresh else honest(call, client, token)


@alters(authenticate_client, needs=_REVOKE)
def revokes_for_anybody(found: Client | Refusal, call: Call) -> Client | Refusal:
    """Whoever knows a token can revoke it, without being a client."""
    oauth = call.server.profile.facts.oauth
    if oauth is None or call.op_rules.operation.id != oauth.revoke or isinstance(found, Client):
        return found
    identity = call.server.directory.with_token(str(read_form(call).get("token", "")))
    grant = call.server.grants.of_access(identity.id) if identity else None
    return call.server.directory.clients[grant.client] if grant else found


@fault(revoke_token, needs=_REVOKE)
def revokes_late(honest: RevokeToken, call: Call, client: Client, token: str) -> Refusal | None:
    """A revoked access token works for another minute."""
    identity = call.server.directory.with_token(token)
    refusal = honest(call, client, token)
    if identity is not None and refusal is None:
        late = replace(identity, expires=call.server.clock.now() + 60)
        call.server.directory.add(late)
    return refusal


@fault(revoke_token, needs=_REVOKE)
def revokes_tokens_of_others(
    honest: RevokeToken, call: Call, client: Client, token: str
) -> Refusal | None:
    """A client may revoke the tokens of any other."""
    identity = call.server.directory.with_token(token)
    grant = call.server.grants.of_access(identity.id) if identity else None
    owner = call.server.directory.clients.get(grant.client) if grant else None
    return honest(call, owner or client, token)


@fault(revoke_token, needs=_REVOKE)
def unknown_token_cannot_be_revoked(
    honest: RevokeToken, call: Call, client: Client, token: str
) -> Refusal | None:
    """The revocation of a token that is not known is refused."""
    grants = call.server.grants
    if call.server.directory.with_token(token) is None and grants.of_refresh(token) is None:
        return refuse_oauth("invalid_request", "There is no such token.")
    return honest(call, client, token)
