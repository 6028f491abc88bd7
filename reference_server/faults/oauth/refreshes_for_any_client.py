"""A refresh token works for every client."""

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
    """The grant, whoever asks."""
    grant = call.server.grants.of_refresh(token)
    works = grant is not None and grant.refresh == token
    return grant if grant is not None and works else honest(call, client, token)
