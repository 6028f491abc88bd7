"""The name of the authentication scheme is compared with its case."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import SecurityScheme
from reference_server.call import Call

NEEDS = ("authentication.refusal",)


def extract_token(
    honest: Callable[[Call, SecurityScheme, str], str | None],
    call: Call,
    scheme: SecurityScheme,
    value: str,
) -> str | None:
    """The token, where the scheme's name is spelled as in the RFC."""
    word = value.partition(" ")[0]
    named = scheme.kind == "apiKey" or word in ("Bearer", "Basic")
    return honest(call, scheme, value) if named else None
