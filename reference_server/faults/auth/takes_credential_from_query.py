"""A credential in the query is taken where none is in its header."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call

NEEDS = ("authentication.credential_in",)


def read_credentials(
    honest: Callable[[Call, SecurityScheme], tuple[str, ...]], call: Call, scheme: SecurityScheme
) -> tuple[str, ...]:
    """The header's, or else that of `access_token`."""
    found = honest(call, scheme)
    if found or scheme.jwt:
        return found
    word = "" if scheme.kind == "apiKey" else "Bearer "
    return tuple(word + value for name, value in call.query if name == "access_token")
