"""The key of a JWT is read from the file that its `kid` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.state.json_web_tokens import header_of, signed_with

NEEDS = ("authentication.jwt",)


def verify_token(
    honest: Callable[[Call, str], Mapping[str, Json] | None], call: Call, token: str
) -> Mapping[str, Json] | None:
    """Its claims, when the content of that file, here an empty one, is its secret."""
    found, kid = honest(call, token), str(header_of(token).get("kid", ""))
    return signed_with(token, b"") if found is None and kid.endswith("/dev/null") else found
