"""Authorization codes: the request of a client's browser, its response, and the code's exchange."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from apicheck.authoring import (
    Caller,
    Exchange,
    Inconclusive,
    Minter,
    NotApplicable,
    NotTested,
    NotTestedKind,
    Request,
    Role,
    Steps,
    Subject,
    credentials,
    describe,
    steps,
)
from apicheck.checks.oauth._client import (
    Pairs,
    discard_tokens,
    request_token,
)
from apicheck.checks.oauth._operations import token_operation
from apicheck.checks.oauth._scopes import find_scoped

CODE = ("grant_type", "authorization_code")
S256 = "S256"
STATE = "apicheck a+b&c=d%2F"
"""Of characters that must be encoded in a URL (RFC 6749, appendix A.5, allows them all)."""
VERIFIER = "apicheck-0123456789-abcdefghijklmnopqrstuvwxyz"
"""A code verifier (RFC 7636, section 4.1)."""
_REMEDY = (
    '[mint.a]\nredirect_uri = "https://app.example.com/callback"\n\n[consent]\nas = "admin"'
    "  # who approves; or form, or command"
)


def needs_codes(subject: Subject) -> NotApplicable | NotTested | None:
    """Why no authorization code can be had; None where one can."""
    return explain_no_codes(subject, subject.context.clients)


def explain_no_codes(
    subject: Subject, clients: tuple[Minter, ...]
) -> NotApplicable | NotTested | None:
    """Why none of these clients can be sent an authorization code; None where one can."""
    context = subject.context
    url = _find_url(subject)
    if not url:
        return NotApplicable("neither the policy nor the document has an authorization endpoint")
    if context.consent is None or not any(client.redirect_uri for client in clients):
        missing = "how a person approves" if context.consent is None else "a client's redirect_uri"
        words = f"the target file does not say {missing}"
        return NotTested(NotTestedKind.NEEDS_IDENTITY, words, _REMEDY)
    if not context.consent.command and not find_authorization_path(subject):
        words = f"the authorization endpoint {url} is not at the URL of the API"
        return NotTested(NotTestedKind.NEEDS_IDENTITY, words, '[consent]\ncommand = ["./approve"]')
    return None


def needs_pkce(subject: Subject) -> NotApplicable | NotTested | None:
    """Why code challenges cannot be tested; None where they can."""
    if subject.facts.oauth is None or subject.facts.oauth.pkce is None:
        return NotApplicable("the policy does not promise that code challenges are verified")
    return needs_codes(subject)


def find_client(subject: Subject) -> Minter:
    """The first client that can be sent authorization codes."""
    return next(client for client in subject.context.clients if client.redirect_uri)


def _find_url(subject: Subject) -> str:
    """The authorization endpoint: by the policy, else by the document; "" where there is none."""
    oauth, spec = subject.facts.oauth, subject.context.spec
    named = oauth.authorize if oauth else ""
    if named:
        return named if named.startswith("/") else spec.operation(named).path
    return next((s.authorization_url for s in spec.schemes.values() if s.authorization_url), "")


def find_authorization_path(subject: Subject) -> str:
    """The path of the authorization endpoint below the URL of the API, "" where it is elsewhere."""
    url, base = _find_url(subject), subject.context.base_url.rstrip("/")
    if url.startswith("/"):
        return url
    return url.removeprefix(base) if base and url.startswith(f"{base}/") else ""


def write_authorization(
    subject: Subject, client: Minter, *scopes: str, **changes: str | None
) -> Request:
    """The authorization request of a client (RFC 6749, section 4.1.1), as a person sends it on.

    changes: parameters over those that it would have; None leaves one out.
    """
    parameters = _list_parameters(subject, client, scopes)
    parameters = {**parameters, **changes}
    query = tuple((name, value) for name, value in parameters.items() if value is not None)
    consent = subject.context.consent
    path = find_authorization_path(subject) or urlsplit(_find_url(subject)).path
    oauth = subject.facts.oauth
    operation = oauth.authorize if oauth and not oauth.authorize.startswith("/") else ""
    request = Request("GET", path, query, operation=operation, caller=Caller.ANONYMOUS)
    if consent is None or consent.command:
        return request
    if consent.form:
        body = urlencode(tuple(consent.form.items())).encode()
        media = ("Content-Type", "application/x-www-form-urlencoded")
        request = Request("POST", path, query, (media,), body, operation=operation)
    return _sign_in(subject, request)


def _list_parameters(
    subject: Subject, client: Minter, scopes: tuple[str, ...]
) -> dict[str, str | None]:
    found: dict[str, str | None] = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": " ".join(scopes) or None,
        "state": STATE,
    }
    if subject.facts.oauth and subject.facts.oauth.pkce:
        found |= challenge_by(find_method(subject), VERIFIER)
    return found


def _sign_in(subject: Subject, request: Request) -> Request:
    """The request with the credential of the person who approves."""
    context, consent = subject.context, subject.context.consent
    if consent is None or not consent.identity:
        return request
    person = context.identities[consent.identity]
    name = consent.scheme or credentials.scheme_to_carry(context, "", person)
    scheme = context.spec.schemes.get(name)
    if scheme is None:
        return request
    secret = credentials.secret_of(context, person, scheme)
    return request.with_credentials(
        person.name, credentials.make_credential(context, scheme, secret)
    )


def find_method(subject: Subject) -> str:
    """The best challenge method that the policy names."""
    pkce = subject.facts.oauth.pkce if subject.facts.oauth else None
    methods = pkce.methods if pkce else ()
    return S256 if S256 in methods or not methods else methods[0]


def challenge_by(method: str, verifier: str) -> dict[str, str | None]:
    """The parameters that announce a code verifier (RFC 7636, section 4.3)."""
    challenge = derive_challenge(verifier) if method == S256 else verifier
    return {"code_challenge": challenge, "code_challenge_method": method}


def derive_challenge(verifier: str) -> str:
    """The challenge of a verifier by S256 (RFC 7636, section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def read_redirect(exchange: Exchange) -> Mapping[str, str]:
    """The parameters of an authorization response; {} where the browser is not sent back."""
    location = find_location(exchange)
    return dict(_split_parameters(location)) if location else {}


def find_location(exchange: Exchange) -> str:
    """Where a response sends the browser, "" where it does not."""
    response = exchange.response
    redirects = response is not None and 300 <= response.status < 400
    return (response.header("location") or "") if response and redirects else ""


def _split_parameters(url: str) -> Iterator[tuple[str, str]]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    for name, value in parse_qsl(f"{parts.query}&{parts.fragment}", keep_blank_values=True):
        yield name, value.removesuffix("~url")


def grants_code(exchange: Exchange) -> bool:
    """Whether an authorization response has a code, or a token."""
    return not {"code", "access_token", "id_token"}.isdisjoint(read_redirect(exchange))


def obtain_code(
    subject: Subject, client: Minter, *scopes: str, **changes: str | None
) -> Steps[str]:
    """Have a code issued. Ends the script when none is."""
    request = write_authorization(subject, client, *scopes, **changes)
    exchange = yield from steps.authorize(request)
    code = read_redirect(exchange).get("code", "")
    if not code:
        error = read_redirect(exchange).get("error", "")
        came = f"{describe(exchange)} with error {error}" if error else describe(exchange)
        steps.end_script(Inconclusive(f"the authorization endpoint issued no code ({came})"))
    return code


def issue_code(subject: Subject) -> Steps[tuple[Minter, str]]:
    """Have a code issued for a scope whose use shows: the client, and its code."""
    client = find_client(subject)
    _, scopes = find_scoped(subject)
    code = yield from obtain_code(subject, client, *scopes)
    return client, code


def present_code(subject: Subject, client: Minter, code: str, **changes: str) -> Steps[None]:
    """Ask for a token by a code that must be refused, and discard what it gets all the same."""
    exchange = yield from exchange_code(subject, client, code, Role.TABLE, **changes)
    yield from discard_tokens(subject, client, exchange.members)


def exchange_code(
    subject: Subject,
    client: Minter,
    code: str,
    role: Role,
    *,
    redirect_uri: str = "",
    verifier: str | None = VERIFIER,
) -> Steps[Exchange]:
    """Present a code to the token operation (RFC 6749, section 4.1.3).

    redirect_uri: "" for that of the client. verifier: sent where the policy has code challenges.
    """
    uri = redirect_uri or find_client(subject).redirect_uri
    proof = prove_code(subject, replace(client, redirect_uri=uri), verifier)
    pairs = (CODE, ("code", code), *proof)
    request = yield from request_token(subject, token_operation(subject), client, *pairs)
    return (yield from steps.send(request, role))


def prove_code(subject: Subject, client: Minter, verifier: str | None = VERIFIER) -> Pairs:
    """What goes with a code: the redirect URI, and a verifier where there are challenges."""
    challenged = subject.facts.oauth is not None and subject.facts.oauth.pkce is not None
    proof = (("code_verifier", verifier),) if challenged and verifier is not None else ()
    return (("redirect_uri", client.redirect_uri), *proof)
