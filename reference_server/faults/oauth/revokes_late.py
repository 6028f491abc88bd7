"""A revoked access token works for another minute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal
from reference_server.state.identities import Client

NEEDS = ("oauth.revoke",)


def revoke_token(
    honest: Callable[[Call, Client, str], Refusal | None],
    call: Call,
    client: Client,
    token: str,
) -> Refusal | None:
    """It expires a minute later."""
    identity = call.server.directory.with_token(token)
    refusal = honest(call, client, token)
    if identity is not None and refusal is None:
        late = replace(identity, expires=call.server.clock.now() + 60)
        call.server.directory.add(late)
    return refusal
