"""Authorization codes that are exchanged otherwise than OAuth says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults.fault import fault
from reference_server.oauth.clients import read_form, refuse_oauth
from reference_server.oauth.codes import find_code, is_same_redirect, verify_challenge
from reference_server.oauth.endpoints import find_authorization_path
from reference_server.oauth.issuing import assign_scopes
from reference_server.state.grants import Code
from reference_server.state.identities import Client

FindCode = Callable[[Call, Client, str], Code | Refusal]
VerifyChallenge = Callable[[Code, str], bool]
_TOKEN, _PKCE = ("oauth.token",), ("oauth.pkce",)


def issues_codes(profile: Profile) -> bool:
    """Whether a profile has an authorization endpoint."""
    return bool(find_authorization_path(profile))


@fault(find_code, needs=_TOKEN, shows_in=issues_codes)
def refuses_codes(honest: FindCode, call: Call, client: Client, text: str) -> Code | Refusal:
    """Codes are issued, and refused."""
    return refuse_oauth("invalid_grant", "The code is not valid.")


@fault(assign_scopes, needs=_TOKEN, shows_in=issues_codes)
def code_gets_useless_token(
    honest: Callable[[Call, tuple[str, ...]], tuple[str, ...]], call: Call, scopes: tuple[str, ...]
) -> tuple[str, ...]:
    """A token that was got by a code has no scope."""
    by_code = read_form(call).get("grant_type") == "authorization_code"
    return () if by_code else honest(call, scopes)


@fault(find_code, needs=_TOKEN, shows_in=issues_codes)
def code_works_twice(honest: FindCode, call: Call, client: Client, text: str) -> Code | Refusal:
    """A code that was used goes on working."""
    code = call.server.grants.codes.get(text)
    if code is not None:
        code.used = False
    return honest(call, client, text)


@fault(find_code, needs=_TOKEN, shows_in=issues_codes)
def code_works_for_any_client(
    honest: FindCode, call: Call, client: Client, text: str
) -> Code | Refusal:
    """A code works for every client."""
    code = call.server.grants.codes.get(text)
    owner = call.server.directory.clients.get(code.grant.client) if code else None
    return honest(call, owner or client, text)


@fault(is_same_redirect, needs=_TOKEN, shows_in=issues_codes)
def code_works_with_any_redirect_uri(
    honest: Callable[[Code, str], bool], code: Code, uri: str
) -> bool:
    """The redirect URI of a token request is not compared."""
    return True


@fault(find_code, needs=("oauth.code_lifetime",), shows_in=issues_codes)
def codes_live_for_ever(honest: FindCode, call: Call, client: Client, text: str) -> Code | Refusal:
    """A code never expires."""
    code = call.server.grants.codes.get(text)
    if code is not None:
        call.server.grants.codes[text] = replace(code, expires=float("inf"))
    return honest(call, client, text)


@fault(verify_challenge, needs=_PKCE, shows_in=issues_codes)
def does_not_verify_the_verifier(honest: VerifyChallenge, code: Code, verifier: str) -> bool:
    """Any code verifier is accepted, if there is one."""
    return bool(verifier)


@fault(verify_challenge, needs=_PKCE, shows_in=issues_codes)
def verifier_may_be_missing(honest: VerifyChallenge, code: Code, verifier: str) -> bool:
    """A token request without a code verifier is accepted."""
    return not verifier or honest(code, verifier)


@fault(verify_challenge, needs=_PKCE, shows_in=issues_codes)
def takes_the_challenge_for_the_verifier(
    honest: VerifyChallenge, code: Code, verifier: str
) -> bool:
    """The code challenge itself is accepted in place of the verifier."""
    return verifier == code.challenge or honest(code, verifier)
