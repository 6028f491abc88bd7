"""The token operation: client credentials (RFC 6749, section 4.4) and refresh (section 6)."""

from __future__ import annotations

from apicheck.model.facts import OAuth
from apicheck.model.json import Json
from reference_server.call import Call, Refusal, Reply
from reference_server.oauth.clients import authenticate_client, read_form, refuse_oauth
from reference_server.responses.success import make_success
from reference_server.seam import seam
from reference_server.state.grants import Grant
from reference_server.state.identities import Client

_LIFETIME_S = 3600.0
_CREDENTIALS, _REFRESH = "client_credentials", "refresh_token"


def issue_token(call: Call) -> Reply | Refusal:
    """A token with the scopes that were asked for; all of them when none were."""
    client = authenticate_client(call)
    if isinstance(client, Refusal):
        return client
    kind = str(read_form(call).get("grant_type", ""))
    if kind == _CREDENTIALS:
        return _grant_by_credentials(call, client)
    if kind == _REFRESH and _read_facts(call).refresh in ("rotating", "yes"):
        return _grant_by_refresh(call, client)
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
def assign_scopes(call: Call, scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes that a token really gets."""
    del call
    return scopes


@seam
def write_token_response(call: Call, members: dict[str, Json]) -> dict[str, Json]:
    """The response of section 5.1."""
    del call
    return members


@seam
def find_refresh_grant(call: Call, client: Client, token: str) -> Grant | Refusal:
    """The grant of a refresh token: one of this client's, that still works."""
    grant = call.server.grants.of_refresh(token)
    if grant is None or grant.client != client.id or grant.refresh != token:
        return refuse_oauth("invalid_grant", "The refresh token is not valid.")
    return grant


def translate_refusal(call: Call, refusal: Refusal) -> Refusal:
    """The refusal of a malformed token request, in the words of section 5.2."""
    kinds = (_CREDENTIALS, _REFRESH)
    if refusal.kind == "schema" and read_form(call).get("grant_type", _CREDENTIALS) not in kinds:
        return refuse_grant_type(call)
    return refuse_oauth("invalid_request", refusal.text)


def refuse_grant_type(call: Call) -> Refusal:
    """The refusal of a grant type that is missing, or none of ours."""
    if "grant_type" not in read_form(call):
        return refuse_oauth("invalid_request", "grant_type is missing.")
    return refuse_oauth("unsupported_grant_type", f"grant_type is {_CREDENTIALS}.")


def _grant_by_credentials(call: Call, client: Client) -> Reply | Refusal:
    wanted = _read_facts(call).refresh_scope
    every = call.server.profile.scopes
    most = (*every, wanted) if wanted and wanted not in every else every
    asked = _read_asked_scopes(call) or tuple(scope for scope in every if scope != wanted)
    scopes = grant_scopes(call, asked, most)
    if isinstance(scopes, Refusal):
        return scopes
    grant = Grant(client.id, "", scopes)
    if _read_facts(call).refresh in ("rotating", "yes") and (not wanted or wanted in scopes):
        call.server.grants.note_refresh(grant, call.server.secrets.token())
    return _hand_out(call, client, grant, scopes)


def _grant_by_refresh(call: Call, client: Client) -> Reply | Refusal:
    token = str(read_form(call).get("refresh_token", ""))
    if not token:
        return refuse_oauth("invalid_request", "refresh_token is missing.")
    grant = find_refresh_grant(call, client, token)
    if isinstance(grant, Refusal):
        return grant
    scopes = grant_scopes(call, _read_asked_scopes(call) or grant.scopes, grant.scopes)
    if isinstance(scopes, Refusal):
        return scopes
    if _read_facts(call).refresh == "rotating":
        call.server.grants.note_refresh(grant, call.server.secrets.token())
    return _hand_out(call, client, grant, scopes)


def _hand_out(call: Call, client: Client, grant: Grant, scopes: tuple[str, ...]) -> Reply:
    lifetime = _read_facts(call).lifetime_s or _LIFETIME_S
    really = assign_scopes(call, scopes)
    identity = call.server.mint(
        scopes=really, tenant=client.tenant, lifetime=lifetime, user=grant.user
    )
    grant.user = identity.user
    call.server.grants.note_access(grant, identity.id)
    members: dict[str, Json] = {
        "access_token": identity.token,
        "token_type": "Bearer",
        "expires_in": int(lifetime),
        "scope": " ".join(scopes),
    }
    if grant.refresh:
        members["refresh_token"] = grant.refresh
    reply = make_success(call)
    reply.value = write_token_response(call, members)
    if reply.header("Cache-Control") is None:
        reply.headers.append(("Cache-Control", "no-store"))
    return reply


def _read_asked_scopes(call: Call) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(read_form(call).get("scope", "")).split()))


def _read_facts(call: Call) -> OAuth:
    return call.server.profile.facts.oauth or OAuth()
