"""Authenticate the client of a token request (RFC 6749, section 2.3)."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote_plus

from apicheck.model.json import Json, members_of
from reference_server.call import Call, Refusal
from reference_server.seam import seam
from reference_server.state.identities import Client


@seam
def authenticate_client(call: Call) -> Client | Refusal:
    """The client of a request, which authenticates by Basic or in the body, not by both."""
    form, promised = read_form(call), _list_places(call)
    in_header, in_body = (
        read_basic(call),
        (_read_text(form, "client_id"), _read_text(form, "client_secret")),
    )
    if in_header is not None and in_body[1]:
        return refuse_oauth("invalid_request", "The client authenticates in two ways.")
    name, secret = in_body if in_header is None else in_header
    place = "body" if in_header is None else "header"
    found = call.server.directory.clients.get(name)
    if found is not None and found.public:
        return refuse_unknown_client() if secret or in_header is not None else found
    if found is None or place not in promised:
        return refuse_unknown_client()
    return found if check_client_secret(call, found, secret) else refuse_unknown_client()


@seam
def check_client_secret(call: Call, known: Client, secret: str) -> bool:
    """Whether this is the client's secret."""
    del call
    return hmac.compare_digest(known.secret.encode(), secret.encode())


def read_basic(call: Call) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, decoded (section 2.3.1); None without such a field."""
    word, _, coded = (call.header("authorization") or "").partition(" ")
    if word.lower() != "basic":
        return None
    try:
        name, _, secret = b64decode(coded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def read_form(call: Call) -> Mapping[str, Json]:
    """The parameters of the request."""
    return members_of(call.value)


def refuse_unknown_client() -> Refusal:
    """The refusal of a client that is not known, or does not authenticate."""
    text = "The client is not known."
    return Refusal("client", text, 401, {"error": "invalid_client", "error_description": text})


def refuse_oauth(error: str, text: str) -> Refusal:
    """A refusal with an error code of section 5.2."""
    return Refusal("oauth", text, 400, {"error": error, "error_description": text})


def _list_places(call: Call) -> tuple[str, ...]:
    oauth = call.server.profile.facts.oauth
    return (oauth.client_in if oauth else ()) or ("header", "body")


def _read_text(form: Mapping[str, Json], name: str) -> str:
    return str(form.get(name, ""))
