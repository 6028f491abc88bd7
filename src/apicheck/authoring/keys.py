"""Public keys that an API publishes as a JWK Set (RFC 7517, section 5)."""

from __future__ import annotations

from collections.abc import Iterator

from apicheck.model.forgery_key import public_jwk as known_public_key
from apicheck.model.json import Json

__all__ = ["known_public_key", "read_public_keys"]


def read_public_keys(key_set: Json) -> Iterator[bytes]:
    """Read each key of a set as PEM (RFC 7468, section 13), as its owner's tools write it.

    Skips entries that are no key, or no public key with a PEM form.
    """
    import jwt  # takes a while to load, and few runs need it
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    listed = key_set.get("keys") if isinstance(key_set, dict) else None
    for one in listed if isinstance(listed, list) else ():
        try:
            key = jwt.PyJWK(one).key
            yield key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            continue
