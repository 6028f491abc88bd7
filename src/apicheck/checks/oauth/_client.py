"""Requests of an OAuth client: to the token and revocation operations, and with the tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

from apicheck.authoring import (
    Caller,
    Credential,
    Exchange,
    Identity,
    Inconclusive,
    Json,
    Minter,
    Mode,
    Request,
    Role,
    RunContext,
    Steps,
    Subject,
    build,
    describe,
    steps,
)
from apicheck.checks.oauth._operations import revocation_operation, token_operation

Pairs = tuple[tuple[str, str], ...]

CREDENTIALS = ("grant_type", "client_credentials")
REFRESH = ("grant_type", "refresh_token")
HEADER, BODY = "header", "body"
_OWN = ("client_id", "client_secret")
_REFUSED = (400, 401)
_OF_KNOWN_CLIENTS = ("unauthorized_client", "unsupported_grant_type", "invalid_scope")
"""Errors of a client that has authenticated (RFC 6749, section 5.2)."""


def find_place(subject: Subject) -> Steps[str]:
    """Find where a client's credentials go: in the header by Basic, or else in the body.

    Every server must take Basic (RFC 6749, section 2.3.1); oauth/client-methods judges whether
    this one does. The other checks go on without it. It is tried once a run.
    """
    places = subject.facts.oauth.client_in if subject.facts.oauth else ()
    if places and HEADER not in places:
        return BODY
    if subject.context.mode is not Mode.FULL:
        return HEADER
    request = yield from build.valid_request(subject, token_operation(subject))
    pairs, client = parameters_of(request), subject.context.clients[0]
    exchange = yield from steps.send(
        write_form(request, pairs, client, HEADER), Role.SETUP, "OAuth client by Basic"
    )
    known = exchange.members.get("error") in _OF_KNOWN_CLIENTS
    return BODY if exchange.status in _REFUSED and not known else HEADER


def write_form(
    request: Request,
    parameters: Iterable[tuple[str, str]],
    client: Minter | None,
    place: str,
) -> Request:
    """The request with these parameters, and with a client's credentials instead of its own."""
    pairs = tuple(parameters)
    if client is not None and place == BODY:
        pairs += credential_pairs(client)
    body = urlencode(pairs, safe="$[]:~()", quote_via=quote).encode()
    plain = replace(request, body=body, credentials=(), identity="", caller=Caller.ANONYMOUS)
    return plain if client is None or place == BODY else add_basic(plain, client)


def credential_pairs(client: Minter) -> Pairs:
    """A client's credentials as parameters."""
    return (("client_id", client.client_id), ("client_secret", client.client_secret))


def add_basic(request: Request, client: Minter) -> Request:
    """The request with a client's credentials in the Authorization field as well."""
    value = f"Basic {client.client_id}:{client.client_secret}"
    return replace(request, credentials=(Credential("client", "header", "Authorization", value),))


def parameters_of(request: Request) -> Pairs:
    """The parameters of a form, without the client's credentials."""
    pairs = parse_qsl((request.body or b"").decode(), keep_blank_values=True)
    return tuple(pair for pair in pairs if pair[0] not in _OWN)


def request_token(
    subject: Subject, operation: str, client: Minter, *parameters: tuple[str, str]
) -> Steps[Request]:
    """A client's request to one of the two operations, with these parameters alone."""
    if not client.client_secret:  # a public client says its name alone (RFC 6749, section 3.2.1)
        request = yield from build.valid_request(subject, operation)
        return write_form(request, (*parameters, ("client_id", client.client_id)), None, BODY)
    place = yield from find_place(subject)
    request = yield from build.valid_request(subject, operation)
    return write_form(request, parameters, client, place)


def grant_token(
    subject: Subject, client: Minter, *scopes: str, role: Role = Role.SETUP
) -> Steps[Mapping[str, Json]]:
    """Ask for a token; the members of the response. Ends the script when none is granted."""
    exchange = yield from ask_token(subject, client, *scopes, role=role)
    granted = exchange.members
    if not exchange.succeeded or not isinstance(granted.get("access_token"), str):
        steps.end_script(
            Inconclusive(f"the token operation granted no token ({describe(exchange)})")
        )
    return granted


def ask_token(
    subject: Subject, client: Minter, *scopes: str, role: Role = Role.SETUP
) -> Steps[Exchange]:
    """Ask for a token by client credentials (RFC 6749, section 4.4)."""
    scope = (("scope", " ".join(scopes)),) if scopes else ()
    request = yield from request_token(
        subject, token_operation(subject), client, CREDENTIALS, *scope
    )
    return (yield from steps.send(request, role))


def refresh_token(
    subject: Subject,
    client: Minter,
    token: Json,
    *parameters: tuple[str, str],
    role: Role,
) -> Steps[Exchange]:
    """Present a refresh token to the token operation."""
    pairs = (REFRESH, ("refresh_token", str(token)), *parameters)
    request = yield from request_token(subject, token_operation(subject), client, *pairs)
    return (yield from steps.send(request, role))


def revoke_token(subject: Subject, client: Minter, token: Json, role: Role) -> Steps[Exchange]:
    """Revoke a token."""
    operation = revocation_operation(subject)
    request = yield from request_token(subject, operation, client, ("token", str(token)))
    return (yield from steps.send(request, role))


def discard_tokens(subject: Subject, client: Minter, granted: Mapping[str, Json]) -> Steps[None]:
    """Revoke the tokens of a response, where the server has a revocation operation."""
    if revocation_operation(subject):
        for name in ("refresh_token", "access_token"):
            if isinstance(granted.get(name), str):
                yield from revoke_token(subject, client, granted[name], Role.CLEANUP)


def use_token(
    subject: Subject,
    operation: str,
    token: Json,
    client: Minter,
    role: Role,
    *,
    bad: bool = False,
    person: bool = False,
) -> Steps[Exchange]:
    """Call an operation with an access token.

    bad: the server must refuse it. person: it is of the person who approves, whose requests the
    server may count together.
    """
    context = subject.context
    scheme = next((s.name for s in context.spec.schemes.values() if s.kind == "oauth2"), "")
    holder = Identity(
        name=f"holder of {token}",  # each token has limits of its own
        placeholder=str(token),
        scheme=scheme,
        tenant=client.tenant,
        parameters=client.parameters,
    )
    if person and _counts_people(context, operation):
        holder = replace(holder, name=context.consent.identity if context.consent else "")
    request = yield from build.valid_request(subject, operation, holder)
    if bad:
        request = request.with_bad_credentials(*request.credentials)
    return (yield from steps.send(request, role))


def _counts_people(context: RunContext, operation: str) -> bool:
    """Whether the requests of a known person count together, whatever the token."""
    named, bucket = context.consent and context.consent.identity, context.bucket_for(operation)
    return bool(named) and bucket is not None and bucket.per in ("user", "account")


def use_new_token(subject: Subject, operation: str, token: Json, client: Minter) -> Steps[None]:
    """Call an operation with a new access token; end the script unless the server accepts it."""
    used = yield from use_token(subject, operation, token, client, Role.SETUP)
    if not used.succeeded:
        steps.end_script(Inconclusive(f"a new token is not accepted ({describe(used)})"))


def refresh_and_use(
    subject: Subject,
    operation: str,
    client: Minter,
    granted: Mapping[str, Json],
    *parameters: tuple[str, str],
) -> Steps[None]:
    """Refresh a granted token, call an operation with the new one, and discard both."""
    exchange = yield from refresh_token(
        subject, client, granted["refresh_token"], *parameters, role=Role.TABLE
    )
    new = exchange.members
    if exchange.succeeded and isinstance(new.get("access_token"), str):
        yield from use_token(subject, operation, new["access_token"], client, Role.TABLE)
    yield from discard_tokens(subject, client, {**granted, **new})
