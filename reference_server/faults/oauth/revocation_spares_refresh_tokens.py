"""A refresh token works after it was revoked."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.state.identities import Client

NEEDS = ("oauth.revoke", "oauth.refresh")


def revoke_token(
    honest: Callable[[Call, Client, str], Refusal | None],
    call: Call,
    client: Client,
    token: str,
) -> Refusal | None:
    """Only access tokens are revoked."""
    is_refresh = call.server.grants.of_refresh(token) is not None
    return None if is_refresh else honest(call, client, token)
