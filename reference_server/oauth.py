"""The token operation by client credentials (RFC 6749, section 4.4), and revocation (RFC 7009)."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote_plus

from apicheck.model.json import Json
from reference_server.answers import success_reply
from reference_server.call import Call, Refusal, Reply
from reference_server.identities import Client

_LIFETIME_S = 3600.0
_GRANT = "client_credentials"


def issue(call: Call) -> Reply | Refusal:
    """A token with the scopes that were asked for, all of them when none were."""
    client = _client(call)
    if isinstance(client, Refusal):
        return client
    form = _form(call)
    if form.get("grant_type") != _GRANT:
        return _unsupported(call)
    known = call.server.profile.scopes
    scopes = tuple(str(form["scope"]).split()) if form.get("scope") else known
    if unknown := [scope for scope in scopes if scope not in known]:
        return _refused("invalid_scope", f"There is no scope {unknown[0]}.")
    oauth = call.server.profile.facts.oauth
    lifetime = (oauth.lifetime_s if oauth else None) or _LIFETIME_S
    identity = call.server.mint(scopes=scopes, tenant=client.tenant, lifetime=lifetime)
    reply = success_reply(call)
    reply.value = {
        "access_token": identity.token,
        "token_type": "Bearer",
        "expires_in": int(lifetime),
        "scope": " ".join(scopes),
    }
    _not_stored(reply)
    return reply


def revoke(call: Call) -> Reply | Refusal:
    """Refuse a token from now on; one that is not known is no error."""
    client = _client(call)
    if isinstance(client, Refusal):
        return client
    token = _form(call).get("token")
    if not isinstance(token, str):
        return _refused("invalid_request", "token is missing.")
    identity = call.server.directory.with_token(token)
    if identity is not None and identity.tenant == client.tenant:
        call.server.directory.revoke(identity.id)
        call.server.store.effects += 1
    return success_reply(call)


def as_oauth(call: Call, refusal: Refusal) -> Refusal:
    """Another stage's refusal of a token request, in the words of RFC 6749, section 5.2."""
    if refusal.kind == "schema" and _form(call).get("grant_type", _GRANT) != _GRANT:
        return _unsupported(call)
    if refusal.kind in ("media", "syntax", "schema", "format", "unknown_field", "too_large"):
        return _refused("invalid_request", refusal.text)
    return refusal


def _client(call: Call) -> Client | Refusal:
    header = call.header("authorization") or ""
    form = _form(call)
    word, _, coded = header.partition(" ")
    name, secret = str(form.get("client_id", "")), str(form.get("client_secret", ""))
    if word.lower() == "basic":
        if secret:
            return _refused("invalid_request", "The client authenticates in two ways.")
        try:
            pair = b64decode(coded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            pair = ("", "", "")
        name, secret = unquote_plus(pair[0]), unquote_plus(pair[2])
    client = call.server.directory.clients.get(name)
    if client is None or not hmac.compare_digest(client.secret.encode(), secret.encode()):
        members = {"error": "invalid_client", "error_description": "The client is not known."}
        return Refusal("client", "The client is not known.", 401, members)
    return client


def _form(call: Call) -> Mapping[str, Json]:
    return call.value if isinstance(call.value, Mapping) else {}


def _refused(error: str, text: str) -> Refusal:
    return Refusal("oauth", text, 400, {"error": error, "error_description": text})


def _unsupported(call: Call) -> Refusal:
    if "grant_type" not in _form(call):
        return _refused("invalid_request", "grant_type is missing.")
    return _refused("unsupported_grant_type", f"grant_type is {_GRANT}.")


def _not_stored(reply: Reply) -> None:
    if reply.header("Cache-Control") is None:
        reply.headers.append(("Cache-Control", "no-store"))
