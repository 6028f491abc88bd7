"""Authorization codes (RFC 6749, section 4.1) and their verifiers (RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from reference_server.call import Call, Refusal, Reply
from reference_server.oauth.clients import read_form, refuse_oauth
from reference_server.oauth.families import end_family
from reference_server.oauth.issuing import hand_out, start_refreshing
from reference_server.seam import seam
from reference_server.state.grants import Code
from reference_server.state.identities import Client


def grant_by_code(call: Call, client: Client) -> Reply | Refusal:
    """The tokens of a code, once (section 4.1.3)."""
    form = read_form(call)
    if not form.get("code"):
        return refuse_oauth("invalid_request", "code is missing.")
    code = find_code(call, client, str(form["code"]))
    if isinstance(code, Refusal):
        return code
    if not is_same_redirect(code, str(form.get("redirect_uri", ""))):
        return refuse_oauth("invalid_grant", "The code was issued for another redirect_uri.")
    if not verify_challenge(code, str(form.get("code_verifier", ""))):
        return refuse_oauth("invalid_grant", "code_verifier does not fit the code.")
    if not code.used:
        start_refreshing(call, code.grant)
    code.used = True
    return hand_out(call, client, code.grant, code.grant.scopes)


@seam
def find_code(call: Call, client: Client, text: str) -> Code | Refusal:
    """A code of this client's that was not used and has not expired."""
    code = call.server.grants.codes.get(text)
    if code is None or code.grant.client != client.id or call.server.clock.now() >= code.expires:
        return refuse_oauth("invalid_grant", "The code is not valid.")
    if code.used:
        end_family(call, code.grant)
        return refuse_oauth("invalid_grant", "The code was used before.")
    return code


@seam
def is_same_redirect(code: Code, uri: str) -> bool:
    """Whether a token request names the redirect URI of the authorization request."""
    return code.redirect_uri == uri


@seam
def verify_challenge(code: Code, verifier: str) -> bool:
    """Whether a verifier is the one that was announced (RFC 7636, section 4.6)."""
    if not code.challenge:
        return not verifier
    return hmac.compare_digest(code.challenge, derive_challenge(code.method, verifier))


def derive_challenge(method: str, verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, section 4.2)."""
    if method == "plain":
        return verifier
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
