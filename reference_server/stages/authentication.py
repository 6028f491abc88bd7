"""Which credentials a request carries, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from apicheck.model.json import Json, is_number
from apicheck.model.operation import SecurityScheme
from reference_server.call import Call, Refusal
from reference_server.seam import seam
from reference_server.state.identities import Directory, Identity
from reference_server.state.json_web_tokens import decode_token, get_signing_key
from reference_server.state.server_state import AccountChange

_AFTER_CREDENTIAL = ("pending", "suspended", "terminated", "disabled")
"""States of an account: its credential is genuine. The other states make it a bad one."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What a request has where a scheme's credential belongs. mistaken: a claim of a JWT."""

    there: bool
    identity: Identity | None = None
    mistaken: str = ""


@seam
def find_identity(directory: Directory, token: str) -> Identity | None:
    """The identity of a token."""
    return directory.with_token(token)


@seam
def needs_credential(call: Call) -> bool:
    """Whether a request is not served without a credential."""
    return call.rules is None or call.rules.secured


def refuse_credential(call: Call) -> Refusal | None:
    """Why the credential of a request is not accepted; an accepted one is noted."""
    if not needs_credential(call):
        return None
    found = authenticate(call)
    if isinstance(found, Identity):
        call.identity = found
        return None
    return found


@seam
def authenticate(call: Call) -> Identity | Refusal:
    """The identity of the caller, or why its credential is not accepted."""
    refusal: Refusal | None = None
    if _has_too_many(call):
        return Refusal("several", "Send one credential.")
    for option in _list_alternatives(call):
        parts = tuple(_find_presented(call, scheme) for scheme in option)
        caller = combine_identities(tuple(part.identity for part in parts))
        if caller is not None:
            return _check_in_use(call, caller)
        if any(part.mistaken == "exp" for part in parts):
            refusal = Refusal("state:expired", "The credential is expired.")
        elif any(part.there for part in parts):
            refusal = refusal or Refusal("bad", "The credential is not valid.")
    return refusal or Refusal("anonymous", "A credential is required.")


@seam
def combine_identities(identities: tuple[Identity | None, ...]) -> Identity | None:
    """The caller with these credentials, which are needed together and belong to one tenant."""
    first = identities[0] if identities else None
    same = all(one is not None and first and one.tenant == first.tenant for one in identities)
    return first if same else None


@seam
def find_credential_state(call: Call, identity: Identity) -> str:
    """The state for which a credential is not accepted, "" for none."""
    state = identity.state_at(call.server.clock.now())
    return "" if state in ("active", *_AFTER_CREDENTIAL) else state


def _check_in_use(call: Call, identity: Identity) -> Identity | Refusal:
    state = find_credential_state(call, identity)
    return Refusal(f"state:{state}", f"The credential is {state}.") if state else identity


@seam
def find_account_change(call: Call, identity: Identity) -> AccountChange | None:
    """What has become of the account of a credential's person, None for nothing."""
    return call.server.accounts.get(identity.user)


@seam
def find_account_state(call: Call, identity: Identity) -> str:
    """The state for which an account is not served, "" for none."""
    change = find_account_change(call, identity)
    state = change.state if change else "active"
    if state == "active":
        state = identity.state_at(call.server.clock.now())
    return state if state in _AFTER_CREDENTIAL else ""


def refuse_account(call: Call, identity: Identity) -> Refusal | None:
    """Why a genuine credential's account is not served."""
    state = find_account_state(call, identity)
    return Refusal(f"state:{state}", f"The account is {state}.") if state else None


def classify_caller(call: Call) -> str:
    """The caller by the credential it presents: anonymous, bad or authenticated."""
    every = call.server.profile.spec.schemes.values()
    schemes = [scheme for option in _list_alternatives(call) for scheme in option] or list(every)
    parts = [_find_presented(call, scheme) for scheme in schemes]
    if any(part.identity is not None for part in parts):
        return "authenticated"
    return "bad" if any(part.there for part in parts) else "anonymous"


def _list_alternatives(call: Call) -> Iterator[tuple[SecurityScheme, ...]]:
    """The alternatives of the operation's security. A client certificate is not ours to see."""
    schemes = call.server.profile.spec.schemes
    for option in call.rules.security if call.rules is not None else ():
        known = (schemes[name] for name, _ in option if name in schemes)
        yield tuple(scheme for scheme in known if scheme.kind != "mutualTLS")


def _has_too_many(call: Call) -> bool:
    """Whether more credentials came than any alternative needs, where the policy refuses that."""
    if call.server.profile.facts.authentication.several is None:
        return False
    places = {
        _find_place(scheme): scheme for option in _list_alternatives(call) for scheme in option
    }
    came = sum(len(read_credentials(call, scheme)) for scheme in places.values())
    return came > max((len(option) for option in _list_alternatives(call)), default=0)


def _find_presented(call: Call, scheme: SecurityScheme) -> Presented:
    values = read_credentials(call, scheme)
    token = extract_token(call, scheme, values[0]) if len(values) == 1 else None
    if token is None:
        return Presented(bool(values))
    if scheme.jwt:
        return _find_presented_jwt(call, token)
    directory = call.server.directory
    identity = find_identity(directory, token)
    meant_for = directory.scheme_of(token)
    return Presented(there=True, identity=identity if meant_for in ("", scheme.name) else None)


def _find_presented_jwt(call: Call, token: str) -> Presented:
    claims = verify_token(call, token)
    if claims is None:
        return Presented(there=True)
    mistaken = find_wrong_claim(call, claims)
    identity = None if mistaken else call.server.directory.get(str(claims.get("sub", "")))
    return Presented(True, identity, mistaken)


@seam
def verify_token(call: Call, token: str) -> Mapping[str, Json] | None:
    """The claims of a token that we have signed, None for any other."""
    del call
    return decode_token(token, get_signing_key().public_key())


@seam
def find_wrong_claim(call: Call, claims: Mapping[str, Json]) -> str:
    """The first registered claim for which a token is refused, "" for none.

    Time is the server's own clock, which may be moved.
    """
    facts, now = call.server.profile.facts.authentication.jwt, call.server.clock.now()
    if not is_number(claims.get("exp")) or claims["exp"] <= now:
        return "exp"
    if "nbf" in claims and not (is_number(claims["nbf"]) and claims["nbf"] <= now):
        return "nbf"
    if facts and facts.issuer and claims.get("iss") != facts.issuer:
        return "iss"
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    return "aud" if facts and facts.audience and facts.audience not in meant else ""


@seam
def read_credentials(call: Call, scheme: SecurityScheme) -> tuple[str, ...]:
    """What stands where a scheme's credential belongs, each value by itself."""
    place, name = _find_place(scheme)
    if place == "header":
        return call.header_values(name.lower())
    if place == "query":
        return tuple(value for key, value in call.query if key == name)
    try:
        cookies = SimpleCookie("; ".join(call.header_values("cookie")))
    except CookieError:
        return ()
    return (cookies[name].value,) if name in cookies else ()


def _find_place(scheme: SecurityScheme) -> tuple[str, str]:
    if scheme.kind == "apiKey":
        return scheme.place, scheme.parameter
    return "header", "Authorization"


@seam
def extract_token(call: Call, scheme: SecurityScheme, value: str) -> str | None:
    """The token in a value, None where the scheme's word is not in front of it."""
    prefix = call.server.profile.facts.authentication.prefix
    if prefix:
        return value.removeprefix(prefix) if value.startswith(prefix) else None
    if scheme.kind == "apiKey":
        return value
    word, _, token = value.partition(" ")
    wanted = "basic" if scheme.http_scheme == "basic" else "bearer"
    return token.strip(" ") or None if word.lower() == wanted else None
