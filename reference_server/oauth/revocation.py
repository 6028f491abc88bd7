"""The revocation operation (RFC 7009)."""

from __future__ import annotations

from reference_server.call import Call, Refusal, Reply
from reference_server.oauth.clients import authenticate_client, read_form, refuse_oauth
from reference_server.responses.success import make_success
from reference_server.seam import seam
from reference_server.state.grants import Grant
from reference_server.state.identities import Client


def perform_revocation(call: Call) -> Reply | Refusal:
    """Refuse a token from now on; one that is not known is no error (section 2.2)."""
    client = authenticate_client(call)
    if isinstance(client, Refusal):
        return client
    token = read_form(call).get("token")
    if not isinstance(token, str) or not token:
        return refuse_oauth("invalid_request", "token is missing.")
    refusal = revoke_token(call, client, token)
    return make_success(call) if refusal is None else refusal


@seam
def revoke_token(call: Call, client: Client, token: str) -> Refusal | None:
    """Revoke a token of this client's; why not, where it is another's."""
    server = call.server
    identity = server.directory.with_token(token)
    grant = server.grants.of_access(identity.id) if identity else server.grants.of_refresh(token)
    if grant is None:
        return None
    if grant.client != client.id:
        return refuse_oauth("invalid_grant", "The token is another client's.")
    server.store.effects += 1
    if identity is not None:
        server.directory.revoke(identity.id)
    else:
        end_grant(call, grant)
    return None


def end_grant(call: Call, grant: Grant) -> None:
    """End a grant: with its refresh token go its access tokens (RFC 7009, section 2.1)."""
    grant.refresh = ""
    for identity_id in grant.access:
        call.server.directory.revoke(identity_id)
