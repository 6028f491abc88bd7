"""Refresh tokens are handed out, and refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.oauth.clients import refused
from reference_server.state.grants import Grant
from reference_server.state.identities import Client

NEEDS = ("oauth.refresh",)


def find_refresh_grant(
    honest: Callable[[Call, Client, str], Grant | Refusal],
    call: Call,
    client: Client,
    token: str,
) -> Grant | Refusal:
    """None is valid."""
    del honest, call, client, token
    return refused("invalid_grant", "The refresh token is not valid.")
