"""A JWT is verified by the algorithm that it names, with the public key for a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.state.json_web_tokens import public_key, signed_with

NEEDS = ("authentication.jwt",)


def verify_token(
    honest: Callable[[Call, str], Mapping[str, Json] | None], call: Call, token: str
) -> Mapping[str, Json] | None:
    """Its claims, when HMAC with our public key in PEM is its signature."""
    return honest(call, token) or signed_with(token, public_key())
