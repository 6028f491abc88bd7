"""The WWW-Authenticate field (RFC 9110, section 11.6.1; RFC 6750, section 3)."""

from __future__ import annotations

from apicheck.model.facts import NEVER
from reference_server.call import Call, Refusal
from reference_server.policy import find_promise
from reference_server.seam import seam

_BEARER_ERRORS = {"bad": "invalid_token", "state": "invalid_token", "scope": "insufficient_scope"}


@seam
def write_challenge(call: Call, refusal: Refusal, status: int) -> str | None:
    """The challenge of a refusal, None where it has none."""
    promise = find_promise(call, refusal)
    stated = promise.challenge if promise else None
    if stated is NEVER or (stated is None and status != 401):
        return None
    scheme = (stated.scheme if stated else "") or _find_scheme(call, refusal)
    parameters = {"realm": _strip_unquotable(call.server.profile.spec.title)}
    error = stated.error if stated else None
    if error is None and scheme.lower() == "bearer":
        error = _BEARER_ERRORS.get(refusal.kind.partition(":")[0])
    if isinstance(error, str):
        parameters["error"] = error
    scopes = call.rules.scopes if call.rules else ()
    if refusal.kind == "scope" and scopes and scheme.lower() == "bearer":
        parameters["scope"] = " ".join(scopes)
    for name in stated.parameters if stated else ():
        parameters.setdefault(name, " ".join(scopes) or "api")
    listed = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
    return f"{scheme} {listed}"


def _find_scheme(call: Call, refusal: Refusal) -> str:
    if refusal.kind == "client":
        return "Basic"
    schemes = call.server.profile.spec.schemes
    required = call.rules.security if call.rules else ()
    names = [name for option in required for name, _ in option if name in schemes]
    scheme = schemes[names[0]] if names else next(iter(schemes.values()), None)
    if scheme is None:
        return "Bearer"
    if scheme.kind == "apiKey":
        return "ApiKey"
    return "Basic" if scheme.http_scheme == "basic" else "Bearer"


def _strip_unquotable(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isprintable() and c not in '"\\')
