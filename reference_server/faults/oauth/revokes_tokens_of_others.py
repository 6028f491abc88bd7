"""A client may revoke the tokens of any other."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.state.identities import Client

NEEDS = ("oauth.revoke",)


def revoke_token(
    honest: Callable[[Call, Client, str], Refusal | None],
    call: Call,
    client: Client,
    token: str,
) -> Refusal | None:
    """Whoever asks is taken for the one that it belongs to."""
    identity = call.server.directory.with_token(token)
    grant = call.server.grants.of_access(identity.id) if identity else None
    owner = call.server.directory.clients.get(grant.client) if grant else None
    return honest(call, owner or client, token)
