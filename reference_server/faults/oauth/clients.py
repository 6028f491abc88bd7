"""Clients that are accepted or refused otherwise than OAuth says."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal
from reference_server.faults.fault import alters, fault
from reference_server.faults.oauth.codes import issues_codes
from reference_server.oauth.clients import (
    authenticate_client,
    check_client_secret,
    read_basic,
    refuse_unknown_client,
)
from reference_server.oauth.token import may_use_credentials
from reference_server.responses.challenges import write_challenge
from reference_server.state.identities import Client

CheckClientSecret = Callable[[Call, Client, str], bool]
AuthenticateClient = Callable[[Call], Client | Refusal]
_TOKEN = ("oauth.token",)


@fault(check_client_secret, needs=_TOKEN)
def accepts_any_client_secret(
    honest: CheckClientSecret, call: Call, known: Client, secret: str
) -> bool:
    """A client is accepted with any secret."""
    return True


@fault(authenticate_client, needs=_TOKEN)
def accepts_client_in_url(honest: AuthenticateClient, call: Call) -> Client | Refusal:
    """The credentials of a client are taken from the query as well."""
    query = dict(call.query)
    known = call.server.directory.clients.get(query.get("client_id", ""))
    if known is not None and known.secret == query.get("client_secret"):
        return known
    return honest(call)


@fault(check_client_secret, needs=_TOKEN)
def accepts_secret_of_another_client(
    honest: CheckClientSecret, call: Call, known: Client, secret: str
) -> bool:
    """A client is accepted with the secret of any client."""
    return secret in {client.secret for client in call.server.clients}


@alters(authenticate_client, needs=_TOKEN)
def accepts_two_ways_at_once(found: Client | Refusal, call: Call) -> Client | Refusal:
    """A client that authenticates in the header and in the body is not refused."""
    given = read_basic(call)
    if not isinstance(found, Refusal) or given is None:
        return found
    known = call.server.directory.clients.get(given[0])
    return known if known is not None and known.secret == given[1] else found


@fault(authenticate_client, needs=_TOKEN)
def refuses_basic(honest: AuthenticateClient, call: Call) -> Client | Refusal:
    """A client that authenticates by HTTP Basic is refused."""
    return honest(call) if read_basic(call) is None else refuse_unknown_client()


@fault(write_challenge, needs=_TOKEN)
def omits_client_challenge(
    honest: Callable[[Call, Refusal, int], str | None], call: Call, refusal: Refusal, status: int
) -> str | None:
    """The refusal of a client does not say how clients authenticate."""
    return None if refusal.kind == "client" else honest(call, refusal, status)


@fault(may_use_credentials, needs=_TOKEN, shows_in=issues_codes)
def grants_credentials_to_public_clients(honest: Callable[[Client], bool], client: Client) -> bool:
    """A client without a secret gets tokens by its name alone."""
    return True
