"""The authorization endpoint (RFC 6749, section 4.1.1): a person's credential approves at once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from reference_server.call import Call, Refusal, Reply
from reference_server.oauth.clients import refuse_oauth
from reference_server.oauth.issuing import list_scopes, read_facts, split_scope
from reference_server.oauth.metadata import find_issuer
from reference_server.responses.errors import make_error
from reference_server.responses.headers import make_promised_headers
from reference_server.seam import seam
from reference_server.stages.authentication import extract_token, find_identity, read_credentials
from reference_server.state.grants import Code, Grant
from reference_server.state.identities import Client, Identity

_FOUND = 302
_LIFETIME_S = 600.0
_DEFAULT_METHOD = "plain"


@dataclass(frozen=True, slots=True)
class Denial:
    """An error that the client is told of (section 4.1.2.1)."""

    error: str


def authorize(call: Call) -> Reply:
    """Send the browser back with a code, or with an error; say it here where that is not safe."""
    query = {**dict(parse_qsl(call.body.decode("latin-1"))), **dict(call.query)}
    client = call.server.directory.clients.get(query.get("client_id", ""))
    if client is None:
        return _refuse(call, "The client is not known.")
    redirect = query.get("redirect_uri", "")
    if not accepts_redirect(client, redirect):
        return refuse_redirect(call, redirect)
    person = find_person(call)
    if person is None:
        return make_error(call, Refusal("anonymous", "Sign in first."))
    members = _decide(call, client, person, redirect, query)
    if "state" in query:
        members["state"] = query["state"]
    if read_facts(call).iss_parameter:
        members["iss"] = find_issuer(call)
    return send_back(call, redirect, write_authorization_response(call, members))


@seam
def send_back(call: Call, redirect: str, members: dict[str, str]) -> Reply:
    """The redirect to the client, with the parameters of the response."""
    reply = Reply(_FOUND)
    reply.headers += make_promised_headers(call, _FOUND, None)
    mark = "&" if "?" in redirect else "?"
    reply.headers.append(("Location", f"{redirect}{mark}{urlencode(members)}"))
    if reply.header("Cache-Control") is None:
        reply.headers.append(("Cache-Control", "no-store"))
    return reply


@seam
def refuse_redirect(call: Call, redirect: str) -> Reply:
    """The response to a redirect URI that is not the client's: it goes nowhere (4.1.2.1)."""
    del redirect
    return _refuse(call, "redirect_uri is not registered for the client.")


@seam
def accepts_redirect(client: Client, uri: str) -> bool:
    """Whether a redirect URI is the client's own, character by character (RFC 9700, 2.1)."""
    return uri == client.redirect_uri


@seam
def find_response_error(response_type: str | None) -> Denial | None:
    """Why a response type is not served (section 3.1.1)."""
    if response_type is None:
        return Denial("invalid_request")
    return None if response_type == "code" else Denial("unsupported_response_type")


@seam
def choose_method(call: Call, challenge: str | None, method: str | None) -> str | Denial:
    """The method of a code challenge (RFC 7636, section 4.4.1), "" without a challenge."""
    promised = read_facts(call).pkce
    if promised is None:
        return method or _DEFAULT_METHOD if challenge else ""
    if challenge is None:
        return Denial("invalid_request") if promised.required else ""
    chosen = method or _DEFAULT_METHOD
    return chosen if chosen in promised.methods else Denial("invalid_request")


@seam
def write_authorization_response(call: Call, members: dict[str, str]) -> dict[str, str]:
    """The parameters of the redirect (section 4.1.2)."""
    del call
    return members


def find_person(call: Call) -> Identity | None:
    """Whose credential the browser sends, of whatever scheme."""
    for scheme in call.server.profile.spec.schemes.values():
        for value in read_credentials(call, scheme):
            token = extract_token(call, scheme, value)
            person = find_identity(call.server.directory, token) if token else None
            if person is not None and person.state_at(call.server.clock.now()) == "active":
                return person
    return None


def _decide(
    call: Call, client: Client, person: Identity, redirect: str, query: dict[str, str]
) -> dict[str, str]:
    """The code, or the error in its place."""
    if denied := find_response_error(query.get("response_type")):
        return {"error": denied.error}
    method = choose_method(call, query.get("code_challenge"), query.get("code_challenge_method"))
    if method == "" and client.public and _requires_of_public(call):
        method = Denial("invalid_request")
    if isinstance(method, Denial):
        return {"error": method.error}
    wanted = read_facts(call).refresh_scope
    every = tuple(s for s in list_scopes(call) if s in (*person.scopes, wanted))
    most = tuple(s for s in every if client.scopes is None or s in client.scopes)
    asked = split_scope(query.get("scope", "")) or tuple(s for s in most if s != wanted)
    if set(asked) - set(most):
        return {"error": "invalid_scope"}
    facts = read_facts(call)
    lifetime = _LIFETIME_S if facts.code_lifetime_s is None else facts.code_lifetime_s
    text = call.server.secrets.token()
    call.server.grants.codes[text] = Code(
        grant=Grant(client.id, person.user, asked),
        redirect_uri=redirect,
        challenge=query.get("code_challenge", ""),
        method=method,
        expires=call.server.clock.now() + lifetime,
    )
    return {"code": text}


def _requires_of_public(call: Call) -> bool:
    promised = read_facts(call).pkce
    return promised is not None and promised.required_of_public


def _refuse(call: Call, text: str) -> Reply:
    return make_error(call, refuse_oauth("invalid_request", text))
