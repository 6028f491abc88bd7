"""JSON Web Tokens that are accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import jwt

from apicheck.model.json import Json
from reference_server.call import Call
from reference_server.faults.fault import Fault, alters, fault
from reference_server.stages.authentication import find_wrong_claim, verify_token
from reference_server.state.json_web_tokens import (
    ALGORITHM,
    decode_token,
    get_public_key,
    read_claims,
    read_header,
    verify_with_secret,
)

FindWrongClaim = Callable[[Call, Mapping[str, Json]], str]
_JWT = ("authentication.jwt",)


def _ignores(fault_id: str, claim: str, about: str, *needs: str) -> Fault:
    """A fault that finds nothing wrong with a claim."""

    def find(honest: FindWrongClaim, call: Call, claims: Mapping[str, Json]) -> str:
        wrong = honest(call, claims)
        return "" if wrong == claim else wrong

    return fault(find_wrong_claim, fault_id=fault_id, about=about, needs=needs)(find)


CLAIMS = (
    _ignores(
        "auth/jwt-ignores-audience",
        "aud",
        "A JWT for another audience is accepted.",
        "authentication.jwt.audience",
    ),
    _ignores(
        "auth/jwt-ignores-expiry",
        "exp",
        "An expired JWT is accepted.",
        "authentication.jwt",
    ),
    _ignores(
        "auth/jwt-ignores-issuer",
        "iss",
        "A JWT of another issuer is accepted.",
        "authentication.jwt.issuer",
    ),
    _ignores(
        "auth/jwt-ignores-not-before",
        "nbf",
        "A JWT that is not valid yet is accepted.",
        "authentication.jwt",
    ),
)


@alters(verify_token, needs=_JWT)
def jwt_accepts_alg_none(
    found: Mapping[str, Json] | None, call: Call, token: str
) -> Mapping[str, Json] | None:
    """A JWT whose header says that it is not signed is accepted."""
    if found is None and read_header(token).get("alg", "").lower() == "none":
        return read_claims(token)
    return found


@alters(verify_token, needs=_JWT)
def jwt_ignores_signature(
    found: Mapping[str, Json] | None, call: Call, token: str
) -> Mapping[str, Json] | None:
    """The signature of a JWT is not verified."""
    if found is None and read_header(token).get("alg") == ALGORITHM and not token.endswith("."):
        return read_claims(token)
    return found


@alters(verify_token, needs=_JWT)
def jwt_kid_is_part_of_a_query(
    found: Mapping[str, Json] | None, call: Call, token: str
) -> Mapping[str, Json] | None:
    """The key of a JWT is looked up by SQL into which its `kid` is put as it is."""
    kid = str(read_header(token).get("kid", ""))
    chosen = re.search(r"' UNION SELECT '([^']*)", kid)
    return verify_with_secret(token, chosen[1].encode()) if found is None and chosen else found


@alters(verify_token, needs=_JWT)
def jwt_kid_names_a_file(
    found: Mapping[str, Json] | None, call: Call, token: str
) -> Mapping[str, Json] | None:
    """The key of a JWT is read from the file that its `kid` names."""
    kid = str(read_header(token).get("kid", ""))
    return verify_with_secret(token, b"") if found is None and kid.endswith("/dev/null") else found


@alters(verify_token, needs=_JWT)
def jwt_takes_public_key_for_secret(
    due: Mapping[str, Json] | None, call: Call, token: str
) -> Mapping[str, Json] | None:
    """A JWT is verified by the algorithm that it names, with the public key for a secret."""
    return due or verify_with_secret(token, get_public_key())


@alters(verify_token, needs=_JWT)
def jwt_trusts_embedded_key(
    found: Mapping[str, Json] | None, call: Call, token: str
) -> Mapping[str, Json] | None:
    """A JWT is verified with the key that it brings along itself (`jwk` in its header)."""
    key = read_header(token).get("jwk")
    if found is not None or not isinstance(key, dict):
        return found
    try:
        return decode_token(token, jwt.PyJWK(key, ALGORITHM).key)
    except jwt.PyJWTError:
        return None
