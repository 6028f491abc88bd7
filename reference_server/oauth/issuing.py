"""What every grant of the token operation ends in: an access token (RFC 6749, section 5.1)."""

from __future__ import annotations

from apicheck.model.facts import OAuth
from apicheck.model.json import Json
from reference_server.call import Call, Reply
from reference_server.oauth.clients import read_form
from reference_server.responses.success import make_success
from reference_server.seam import seam
from reference_server.state.grants import Grant
from reference_server.state.identities import Client

_LIFETIME_S = 3600.0


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


def hand_out(call: Call, client: Client, grant: Grant, scopes: tuple[str, ...]) -> Reply:
    """Issue an access token of a grant, and show its refresh token, if it has one."""
    lifetime = read_facts(call).lifetime_s or _LIFETIME_S
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


def start_refreshing(call: Call, grant: Grant) -> None:
    """Give a grant its first refresh token, where the policy has them and the scope asks for it."""
    wanted = read_facts(call).refresh_scope
    if refreshes(call) and (not wanted or wanted in grant.scopes):
        call.server.grants.note_refresh(grant, call.server.secrets.token())


def refreshes(call: Call) -> bool:
    """Whether there are refresh tokens."""
    return read_facts(call).refresh in ("rotating", "yes")


def list_scopes(call: Call) -> tuple[str, ...]:
    """Every scope that may be granted."""
    wanted, every = read_facts(call).refresh_scope, call.server.profile.scopes
    return (*every, wanted) if wanted and wanted not in every else every


def split_scope(text: Json) -> tuple[str, ...]:
    """The scopes of a `scope` parameter (section 3.3)."""
    return tuple(dict.fromkeys(str(text).split()))


def read_asked_scopes(call: Call) -> tuple[str, ...]:
    """The scopes that a token request asks for."""
    return split_scope(read_form(call).get("scope", ""))


def read_facts(call: Call) -> OAuth:
    """What the policy promises of the authorization server."""
    return call.server.profile.facts.oauth or OAuth()
