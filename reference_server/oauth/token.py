"""The token operation: client credentials (RFC 6749, section 4.4) and refresh (section 6)."""

from __future__ import annotations

from reference_server.call import Call, Refusal, Reply
from reference_server.oauth.clients import authenticate_client, read_form, refuse_oauth
from reference_server.oauth.codes import grant_by_code
from reference_server.oauth.endpoints import find_authorization_path
from reference_server.oauth.families import end_family
from reference_server.oauth.issuing import (
    hand_out,
    list_scopes,
    read_asked_scopes,
    read_facts,
    refreshes,
    start_refreshing,
)
from reference_server.seam import seam
from reference_server.state.grants import Grant
from reference_server.state.identities import Client

_CREDENTIALS, _REFRESH, _CODE = "client_credentials", "refresh_token", "authorization_code"


def issue_token(call: Call) -> Reply | Refusal:
    """A token with the scopes that were asked for; all of them when none were."""
    client = authenticate_client(call)
    if isinstance(client, Refusal):
        return client
    kind = str(read_form(call).get("grant_type", ""))
    if kind == _CREDENTIALS:
        if not may_use_credentials(client):
            return refuse_oauth("unauthorized_client", "A client without a secret needs a code.")
        return _grant_by_credentials(call, client)
    if kind == _REFRESH and refreshes(call):
        return _grant_by_refresh(call, client)
    if kind == _CODE and find_authorization_path(call.server.profile):
        return grant_by_code(call, client)
    return refuse_grant_type(call)


@seam
def grant_scopes(
    call: Call, asked: tuple[str, ...], most: tuple[str, ...]
) -> tuple[str, ...] | Refusal:
    """The scopes that are granted of those asked for, when these may be granted."""
    del call
    if excess := [scope for scope in asked if scope not in most]:
        return refuse_oauth("invalid_scope", f"There is no scope {excess[0]} to be granted.")
    return asked


@seam
def find_refresh_grant(call: Call, client: Client, token: str) -> Grant | Refusal:
    """The grant of a refresh token: one of this client's, that still works."""
    grant = call.server.grants.of_refresh(token)
    if grant is None or grant.client != client.id or grant.refresh != token:
        if grant is not None and grant.client == client.id:
            end_family(call, grant)
        return refuse_oauth("invalid_grant", "The refresh token is not valid.")
    return grant


@seam
def may_use_credentials(client: Client) -> bool:
    """Whether a client gets tokens by client credentials (RFC 6749, section 4.4)."""
    return not client.public


@seam
def limit_to_client(client: Client, scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some scopes that a client may get."""
    return scopes if client.scopes is None else tuple(s for s in scopes if s in client.scopes)


def translate_refusal(call: Call, refusal: Refusal) -> Refusal:
    """The refusal of a malformed token request, in the words of section 5.2."""
    kinds = (_CREDENTIALS, _REFRESH, _CODE)
    if refusal.kind == "schema" and read_form(call).get("grant_type", _CREDENTIALS) not in kinds:
        return refuse_grant_type(call)
    return refuse_oauth("invalid_request", refusal.text)


def refuse_grant_type(call: Call) -> Refusal:
    """The refusal of a grant type that is missing, or none of ours."""
    if "grant_type" not in read_form(call):
        return refuse_oauth("invalid_request", "grant_type is missing.")
    return refuse_oauth("unsupported_grant_type", f"grant_type is {_CREDENTIALS}.")


def _grant_by_credentials(call: Call, client: Client) -> Reply | Refusal:
    wanted = read_facts(call).refresh_scope
    most = limit_to_client(client, list_scopes(call))
    asked = read_asked_scopes(call) or tuple(scope for scope in most if scope != wanted)
    scopes = grant_scopes(call, asked, most)
    if isinstance(scopes, Refusal):
        return scopes
    grant = Grant(client.id, "", scopes)
    start_refreshing(call, grant)
    return hand_out(call, client, grant, scopes)


def _grant_by_refresh(call: Call, client: Client) -> Reply | Refusal:
    token = str(read_form(call).get("refresh_token", ""))
    if not token:
        return refuse_oauth("invalid_request", "refresh_token is missing.")
    grant = find_refresh_grant(call, client, token)
    if isinstance(grant, Refusal):
        return grant
    scopes = grant_scopes(call, read_asked_scopes(call) or grant.scopes, grant.scopes)
    if isinstance(scopes, Refusal):
        return scopes
    if read_facts(call).refresh == "rotating":
        call.server.grants.note_refresh(grant, call.server.secrets.token())
    return hand_out(call, client, grant, scopes)
