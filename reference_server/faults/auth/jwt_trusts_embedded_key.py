"""A JWT is verified with the key that it brings along itself (`jwk` in its header)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jwt

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.state.json_web_tokens import ALGORITHM, decoded, header_of

NEEDS = ("authentication.jwt",)


def verify_token(
    honest: Callable[[Call, str], Mapping[str, Json] | None], call: Call, token: str
) -> Mapping[str, Json] | None:
    """Its claims, when its own key fits."""
    found, key = honest(call, token), header_of(token).get("jwk")
    if found is not None or not isinstance(key, dict):
        return found
    try:
        return decoded(token, jwt.PyJWK(key, ALGORITHM).key, ALGORITHM)
    except jwt.PyJWTError:
        return None
