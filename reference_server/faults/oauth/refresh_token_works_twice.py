"""A refresh token that was used goes on working."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.state.grants import Grant
from reference_server.state.identities import Client

NEEDS = ("oauth.refresh",)


def find_refresh_grant(
    honest: Callable[[Call, Client, str], Grant | Refusal],
    call: Call,
    client: Client,
    token: str,
) -> Grant | Refusal:
    """The grant, whichever of its refresh tokens comes."""
    grant = call.server.grants.of_refresh(token)
    ours = grant is not None and grant.client == client.id and bool(grant.refresh)
    return grant if grant is not None and ours else honest(call, client, token)
