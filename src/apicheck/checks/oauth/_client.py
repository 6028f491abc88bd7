"""Requests of an OAuth client: to the token and revocation operations, and with the tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NoReturn
from urllib.parse import parse_qsl, quote, urlencode

from apicheck.authoring import (
    Caller,
    Credential,
    Exchange,
    ExpectedResponse,
    Identity,
    Inconclusive,
    Json,
    Minter,
    Mode,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Request,
    Role,
    StatusSet,
    Steps,
    Subject,
    build,
    credentials,
    steps,
)

Pairs = tuple[tuple[str, str], ...]

CREDENTIALS = ("grant_type", "client_credentials")
REFRESH = ("grant_type", "refresh_token")
HEADER, BODY = "header", "body"
_OWN = ("client_id", "client_secret")
_REFUSED = (400, 401)
_MINT = (
    '[mint.{name}]\ntoken_url = "/oauth/token"\nclient_id_env = "{upper}_ID"\n'
    'client_secret_env = "{upper}_SECRET"'
)


def not_this_operation(
    subject: Subject, wanted: str, *, clients: int = 1, refresh: bool = False
) -> NotApplicable | NotTested | None:
    """Why a check on one operation of the authorization server cannot be about a subject.

    wanted: that operation's id, "" when there is none. clients: how many clients it needs.
    """
    if not wanted or subject.op.id != wanted:
        return NotApplicable("it is another operation")
    if refresh and not refreshes(subject):
        return NotApplicable("the policy promises no refresh tokens")
    if len(subject.context.clients) < clients:
        second = bool(subject.context.clients)
        name = "b" if second else "a"
        return NotTested(
            NotTestedKind.NEEDS_IDENTITY,
            "no second OAuth client" if second else "no OAuth client",
            _MINT.format(name=name, upper=name.upper()),
        )
    return None


def token_operation(subject: Subject) -> str:
    """The token operation, "" when the policy names none."""
    return subject.facts.oauth.token if subject.facts.oauth else ""


def revocation_operation(subject: Subject) -> str:
    """The revocation operation, "" when the policy names none."""
    return subject.facts.oauth.revoke if subject.facts.oauth else ""


def refreshes(subject: Subject) -> bool:
    """Whether refresh tokens are promised."""
    oauth = subject.facts.oauth
    return oauth is not None and oauth.refresh in ("rotating", "yes")


def bad_grant(subject: Subject) -> ExpectedResponse:
    """What a grant that is not valid is answered: as stated, else as OAuth has it.

    RFC 6749, section 5.2.
    """
    stated = subject.facts.oauth.bad_grant if subject.facts.oauth else None
    return stated if stated and stated.statuses else ExpectedResponse(StatusSet(("400",)))


def place_of(subject: Subject) -> Steps[str]:
    """Where a client's credentials go: by Basic, or in the body where that is not taken.

    Every server takes Basic (RFC 6749, section 2.3.1). Whether this one does is another check's
    question, and must not be in the way of all others: it is tried once a run.
    """
    places = subject.facts.oauth.client_in if subject.facts.oauth else ()
    if places and HEADER not in places:
        return BODY
    if subject.context.mode is not Mode.FULL:
        return HEADER
    request = yield from build.valid_request(subject, token_operation(subject))
    pairs, client = parameters_of(request), subject.context.clients[0]
    answer = yield from steps.send(
        write_form(request, pairs, client, HEADER), Role.SETUP, "OAuth client by Basic"
    )
    return BODY if answer.status in _REFUSED else HEADER


def write_form(
    request: Request,
    parameters: Iterable[tuple[str, str]],
    client: Minter | None,
    place: str,
) -> Request:
    """A request with these parameters and a client's credentials in place of those it has."""
    pairs = tuple(parameters)
    if client is not None and place == BODY:
        pairs += (
            ("client_id", client.client_id),
            ("client_secret", client.client_secret),
        )
    body = urlencode(pairs, safe="$[]:~()", quote_via=quote).encode()
    plain = replace(request, body=body, credentials=(), identity="", caller=Caller.ANONYMOUS)
    return plain if client is None or place == BODY else by_basic(plain, client)


def by_basic(request: Request, client: Minter) -> Request:
    """A request with a client's credentials in the Authorization field as well."""
    value = f"Basic {client.client_id}:{client.client_secret}"
    return replace(request, credentials=(Credential("client", "header", "Authorization", value),))


def parameters_of(request: Request) -> Pairs:
    """The parameters of a form, but for the client's credentials."""
    pairs = parse_qsl((request.body or b"").decode(), keep_blank_values=True)
    return tuple(pair for pair in pairs if pair[0] not in _OWN)


def request_token(
    subject: Subject, operation: str, client: Minter, *parameters: tuple[str, str]
) -> Steps[Request]:
    """A request of a client to one of the two operations, with these parameters alone."""
    place = yield from place_of(subject)
    request = yield from build.valid_request(subject, operation)
    return write_form(request, parameters, client, place)


def grant_token(
    subject: Subject,
    client: Minter,
    *scopes: str,
    refresh: bool = False,
    role: Role = Role.SETUP,
) -> Steps[Mapping[str, Json]]:
    """The members of the answer to a token request; ends the script when none is granted."""
    oauth = subject.facts.oauth
    wanted = (oauth.refresh_scope,) if oauth and refresh and oauth.refresh_scope else ()
    scope = (("scope", " ".join((*scopes, *wanted))),) if scopes or wanted else ()
    request = yield from request_token(
        subject, token_operation(subject), client, CREDENTIALS, *scope
    )
    exchange = yield from steps.send(request, role)
    answer = body_members(exchange)
    if not exchange.succeeded or not isinstance(answer.get("access_token"), str):
        steps.end_script(Inconclusive(f"the token operation granted no token ({exchange.status})"))
    if refresh and not isinstance(answer.get("refresh_token"), str):
        yield from discard_tokens(subject, client, answer)
        _no_refresh_token()
    return answer


def _no_refresh_token() -> NoReturn:
    reason = "the token operation hands out no refresh token for client credentials"
    steps.end_script(NotTested(NotTestedKind.NEEDS_REQUEST, reason))


def refresh_token(
    subject: Subject,
    client: Minter,
    token: Json,
    *parameters: tuple[str, str],
    role: Role,
) -> Steps[Exchange]:
    """What comes of a refresh token."""
    pairs = (REFRESH, ("refresh_token", str(token)), *parameters)
    request = yield from request_token(subject, token_operation(subject), client, *pairs)
    return (yield from steps.send(request, role))


def revoke_token(subject: Subject, client: Minter, token: Json, role: Role) -> Steps[Exchange]:
    """What comes of the revocation of a token."""
    operation = revocation_operation(subject)
    request = yield from request_token(subject, operation, client, ("token", str(token)))
    return (yield from steps.send(request, role))


def discard_tokens(subject: Subject, client: Minter, answer: Mapping[str, Json]) -> Steps[None]:
    """Revoke what a token answer handed out, where that is offered."""
    if revocation_operation(subject):
        for name in ("refresh_token", "access_token"):
            if isinstance(answer.get(name), str):
                yield from revoke_token(subject, client, answer[name], Role.CLEANUP)


def use_token(
    subject: Subject,
    operation: str,
    token: Json,
    client: Minter,
    role: Role,
    *,
    bad: bool = False,
) -> Steps[Exchange]:
    """An operation called with an access token. bad: it must not be accepted."""
    context = subject.context
    scheme = next((s.name for s in context.spec.schemes.values() if s.kind == "oauth2"), "")
    holder = Identity(
        name="client",
        placeholder=str(token),
        scheme=scheme,
        tenant=client.tenant,
        parameters=client.parameters,
    )
    request = yield from build.valid_request(subject, operation, holder)
    if bad:
        request = request.with_bad_credentials(
            *credentials.credentials_of(context, operation, holder)
        )
    return (yield from steps.send(request, role))


def body_members(exchange: Exchange) -> Mapping[str, Json]:
    """The members of an answer; {} when it is no JSON object."""
    value = exchange.json_or()
    return value if isinstance(value, dict) else {}
