"""The signature of a JWT is not looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.state.json_web_tokens import ALGORITHM, claims_of, header_of

NEEDS = ("authentication.jwt",)


def verify_token(
    honest: Callable[[Call, str], Mapping[str, Json] | None], call: Call, token: str
) -> Mapping[str, Json] | None:
    """Its claims, whoever made them, where it names the algorithm that we sign with."""
    found = honest(call, token)
    if found is None and header_of(token).get("alg") == ALGORITHM and not token.endswith("."):
        return claims_of(token)
    return found
