"""Which credential a request carries, and whose it is."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call, Refusal
from reference_server.identities import Directory, Identity

_AFTER_CREDENTIAL = ("pending", "suspended", "terminated")
"""States of an account: its credential is genuine. The other states make it a bad one."""


def find_identity(directory: Directory, token: str) -> Identity | None:
    """The identity of a token (seam)."""
    return directory.with_token(token)


def authenticate(call: Call) -> Identity | Refusal:
    """Who calls, or why nobody is believed to (seam)."""
    present, token = presented(call)
    if not present:
        return Refusal("anonymous", "A credential is required.")
    identity = (
        None if token is None else call.server.seams.find_identity(call.server.directory, token)
    )
    if identity is None:
        return Refusal("bad", "The credential is not valid.")
    state = identity.state_at(call.server.clock.now())
    if state != "active" and state not in _AFTER_CREDENTIAL:
        return Refusal(f"state:{state}", f"The credential is {state}.")
    return identity


def account_refusal(call: Call, identity: Identity) -> Refusal | None:
    """Why a genuine credential's account is not served."""
    state = identity.state_at(call.server.clock.now())
    if state in _AFTER_CREDENTIAL:
        return Refusal(f"state:{state}", f"The account is {state}.")
    return None


def presented(call: Call) -> tuple[bool, str | None]:
    """Whether something stands where a credential belongs, and the token, if it is legible."""
    schemes = call.server.profile.spec.schemes
    required = call.rules.security if call.rules is not None else ()
    named = [schemes[name] for option in required for name, _ in option if name in schemes]
    seen = False
    for scheme in named or list(schemes.values()):
        values = _values(call, scheme)
        seen = seen or bool(values)
        if len(values) == 1 and (token := _token(call, scheme, values[0])):
            return True, token
    return seen, None


def _values(call: Call, scheme: SecurityScheme) -> tuple[str, ...]:
    place, name = _place(scheme)
    if place == "header":
        return call.header_values(name.lower())
    if place == "query":
        return tuple(value for key, value in call.query if key == name)
    try:
        cookies = SimpleCookie("; ".join(call.header_values("cookie")))
    except CookieError:
        return ()
    return (cookies[name].value,) if name in cookies else ()


def _place(scheme: SecurityScheme) -> tuple[str, str]:
    if scheme.kind == "apiKey":
        return scheme.place, scheme.parameter
    return "header", "Authorization"


def _token(call: Call, scheme: SecurityScheme, value: str) -> str | None:
    prefix = call.server.profile.facts.authentication.prefix
    if prefix:
        return value.removeprefix(prefix) if value.startswith(prefix) else None
    if scheme.kind == "apiKey":
        return value
    word, _, token = value.partition(" ")
    wanted = "basic" if scheme.http_scheme == "basic" else "bearer"
    return token.strip(" ") or None if word.lower() == wanted else None
