"""JSON Web Tokens (RFC 7519): signed with a key of this process, believed as the policy says."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apicheck.model.facts import Jwt
from apicheck.model.json import Json

ALGORITHM = "RS256"
KEY_ID = "main"
_ENDLESS_S = 10 * 365 * 86_400.0
"""No token is for ever, and none ends in a year that a test lets pass."""


@cache
def get_signing_key() -> RSAPrivateKey:
    """The key of this process: making one takes a tenth of a second."""
    return generate_private_key(public_exponent=65_537, key_size=2048)


def get_public_key() -> bytes:
    """The public key, in PEM."""
    public = get_signing_key().public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def make_key_set() -> dict[str, Json]:
    """The public key as a JWK Set (RFC 7517, section 5; RFC 7518, section 6.3.1)."""
    numbers = get_signing_key().public_key().public_numbers()
    values = {"n": _encode_number(numbers.n), "e": _encode_number(numbers.e)}
    return {"keys": [{"kty": "RSA", "kid": KEY_ID, "use": "sig", "alg": ALGORITHM, **values}]}


def _encode_number(value: int) -> str:
    size = (value.bit_length() + 7) // 8
    return base64.urlsafe_b64encode(value.to_bytes(size, "big")).rstrip(b"=").decode()


def sign_token(
    facts: Jwt | None, subject: str, now: float, expires: float | None, claims: Mapping[str, Json]
) -> str:
    """A token of an identity. claims: over those that it would have; None leaves one out."""
    own: dict[str, Json] = {
        "sub": subject,
        "iat": int(now),
        "nbf": int(now) - 1,
        "exp": int(now + _ENDLESS_S if expires is None else expires),
    }
    if facts and facts.issuer:
        own["iss"] = facts.issuer
    if facts and facts.audience:
        own["aud"] = facts.audience
    content = {name: value for name, value in {**own, **claims}.items() if value is not None}
    return jwt.encode(content, get_signing_key(), ALGORITHM, headers={"kid": KEY_ID})


def decode_token(token: str, key: object) -> Mapping[str, Json] | None:
    """The claims of a token under a key, whatever they say; None when the signature is not its."""
    unchecked = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub")}
    try:
        return dict(jwt.decode(token, key, [ALGORITHM], options=unchecked))  # type: ignore[arg-type]  # a fault brings other types
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


def read_header(token: str) -> Mapping[str, Json]:
    """The header of a token; for faults alone."""
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError):
        return {}


def read_claims(token: str) -> Mapping[str, Json] | None:
    """The claims of a token, verified or not; for faults alone."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except (jwt.PyJWTError, ValueError):
        return None


def verify_with_secret(token: str, secret: bytes) -> Mapping[str, Json] | None:
    """The claims of a token that HMAC with a secret has signed; for faults alone.

    PyJWT refuses such a secret, as it should; so what it does otherwise is done here.
    """
    signed_part, _, signature = token.rpartition(".")
    made = hmac.digest(secret, signed_part.encode(), "sha256")
    coded = base64.urlsafe_b64encode(made).rstrip(b"=").decode()
    fits = read_header(token).get("alg") == "HS256" and hmac.compare_digest(coded, signature)
    return read_claims(token) if fits else None
