"""A client that authenticates in the header and in the body is not refused."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.oauth.clients import basic
from reference_server.state.identities import Client

NEEDS = ("oauth.token",)


def authenticate_client(honest: Callable[[Call], Client | Refusal], call: Call) -> Client | Refusal:
    """The header counts where there is one."""
    found = honest(call)
    given = basic(call)
    if not isinstance(found, Refusal) or given is None:
        return found
    known = call.server.directory.clients.get(given[0])
    return known if known is not None and known.secret == given[1] else found
