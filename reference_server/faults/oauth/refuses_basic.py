"""A client that authenticates by HTTP Basic is refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.oauth.clients import basic, unknown
from reference_server.state.identities import Client

NEEDS = ("oauth.token",)


def authenticate_client(honest: Callable[[Call], Client | Refusal], call: Call) -> Client | Refusal:
    """Nobody, by Basic."""
    return honest(call) if basic(call) is None else unknown()
