"""A client is believed when its secret is that of any client."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.state.identities import Client

NEEDS = ("oauth.token",)


def check_client_secret(
    honest: Callable[[Call, Client, str], bool], call: Call, known: Client, secret: str
) -> bool:
    """Right when it is somebody's."""
    del honest, known
    return secret in {client.secret for client in call.server.clients}
