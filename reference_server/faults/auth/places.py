"""Credentials that are taken from where none belongs, or not taken."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call, Refusal
from reference_server.document.profile import Profile
from reference_server.faults.fault import alters, fault
from reference_server.stages.authentication import authenticate, extract_token, read_credentials
from reference_server.state.identities import Identity

ReadCredentials = Callable[[Call, SecurityScheme], tuple[str, ...]]
_CREDENTIAL_IN = ("authentication.credential_in",)


def _has_alternatives(profile: Profile) -> bool:
    """Where an operation takes several kinds of credential."""
    return any(len(rules.security) > 1 for rules in profile.rules.values())


@fault(read_credentials, needs=_CREDENTIAL_IN)
def takes_credential_from_body(
    honest: ReadCredentials, call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """A credential in a JSON body is taken where none is in its header."""
    found = honest(call, scheme)
    member = re.search(rb',?"access_token": ?"([^"]+)"', call.body)
    if found or scheme.jwt or member is None:
        return found
    call.body = call.body.replace(member[0], b"")
    call.headers = (*call.headers, ("authorization", f"Bearer {member[1].decode()}"))
    return honest(call, scheme)


@alters(read_credentials, needs=_CREDENTIAL_IN)
def takes_credential_from_cookie(
    found: tuple[str, ...], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """A credential in a cookie is taken where none is in its header."""
    if found or scheme.jwt:
        return found
    word = "" if scheme.kind == "apiKey" else "Bearer "
    pairs = (pair.strip().partition("=") for pair in (call.header("cookie") or "").split(";"))
    return tuple(word + value for name, _, value in pairs if name == "access_token")


@alters(read_credentials, needs=_CREDENTIAL_IN)
def takes_credential_from_query(
    found: tuple[str, ...], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """A credential in the query is taken where none is in its header."""
    if found or scheme.jwt:
        return found
    word = "" if scheme.kind == "apiKey" else "Bearer "
    return tuple(word + value for name, value in call.query if name == "access_token")


@alters(authenticate, needs=("authentication.refusal",), shows_in=_has_alternatives)
def takes_first_alternative_alone(found: Identity | Refusal, call: Call) -> Identity | Refusal:
    """Of several kinds of credential that are documented, only the first is taken."""
    first = next(iter(call.op_rules.security), ())
    if isinstance(found, Refusal) or all(_presents(call, found, name) for name, _ in first):
        return found
    return Refusal("bad", "This is no such credential.")


def _presents(call: Call, caller: Identity, name: str) -> bool:
    """Whether a call has the credential of its caller for a scheme: kinds may look alike."""
    scheme = call.server.profile.spec.schemes[name]
    own = caller.token if caller.scheme == name else caller.credentials.get(name)
    values = read_credentials(call, scheme)
    return any(extract_token(call, scheme, value) == own for value in values)


@alters(read_credentials, needs=("authentication.several",))
def takes_first_of_two_credentials(
    due: tuple[str, ...], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """Of two credentials in one request the first is taken."""
    return due[:1]


@alters(read_credentials, needs=("authentication.several",))
def takes_last_of_two_credentials(
    due: tuple[str, ...], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """Of two credentials in one request the last is taken."""
    return due[-1:]
