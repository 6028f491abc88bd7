"""The credentials of a client are taken from the query as well."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.state.identities import Client

NEEDS = ("oauth.token",)


def authenticate_client(honest: Callable[[Call], Client | Refusal], call: Call) -> Client | Refusal:
    """Who the query names, where nobody else does."""
    query = dict(call.query)
    known = call.server.directory.clients.get(query.get("client_id", ""))
    if known is not None and known.secret == query.get("client_secret"):
        return known
    return honest(call)
