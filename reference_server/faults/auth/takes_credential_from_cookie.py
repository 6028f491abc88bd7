"""A credential in a cookie is taken where none is in its header."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call

NEEDS = ("authentication.credential_in",)


def read_credentials(
    honest: Callable[[Call, SecurityScheme], tuple[str, ...]], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """The header's, or else that of the cookie `access_token`."""
    found = honest(call, scheme)
    if found or scheme.jwt:
        return found
    word = "" if scheme.kind == "apiKey" else "Bearer "
    pairs = (pair.strip().partition("=") for pair in (call.header("cookie") or "").split(";"))
    return tuple(word + value for name, _, value in pairs if name == "access_token")
