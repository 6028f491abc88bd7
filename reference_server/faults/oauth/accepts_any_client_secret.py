"""A client is believed whatever secret it gives."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.state.identities import Client

NEEDS = ("oauth.token",)


def check_client_secret(
    honest: Callable[[Call, Client, str], bool], call: Call, known: Client, secret: str
) -> bool:
    """Always right."""
    del honest, call, known, secret
    return True
