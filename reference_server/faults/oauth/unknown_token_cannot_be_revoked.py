"""The revocation of a token that is not known is refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.oauth.clients import refused
from reference_server.state.identities import Client

NEEDS = ("oauth.revoke",)


def revoke_token(
    honest: Callable[[Call, Client, str], Refusal | None],
    call: Call,
    client: Client,
    token: str,
) -> Refusal | None:
    """An error for what a client cannot help."""
    grants = call.server.grants
    if call.server.directory.with_token(token) is None and grants.of_refresh(token) is None:
        return refused("invalid_request", "There is no such token.")
    return honest(call, client, token)
