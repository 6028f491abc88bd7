"""Signatures with a private key: the subscriber is shown the public one alone."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import cast

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def make_private_key(algorithm: str, material: bytes) -> str:
    """A private key as PEM. material: random bytes, of which a key is made where that is possible.

    An RSA key takes long to make: the process has one, and one for material that is all zeros.
    """
    digest = hashlib.sha256(material).digest()
    key: Key
    if algorithm == "ed25519":
        key = ed25519.Ed25519PrivateKey.from_private_bytes(digest)
    elif algorithm == "ecdsa-p256-sha256":
        key = ec.derive_private_key(int.from_bytes(digest, "big") >> 1 or 1, ec.SECP256R1())
    else:
        key = _make_rsa_key(other=not any(material))
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, kind, serialization.NoEncryption()).decode()


@lru_cache(maxsize=2)
def _make_rsa_key(*, other: bool) -> rsa.RSAPrivateKey:
    del other  # it only tells the two apart
    return rsa.generate_private_key(65537, 2048)


def show_public_key(private: str) -> str:
    """The public key of a private one, both as PEM."""
    public = _read(private).public_key()
    encoding, kind = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(encoding, kind).decode()


def sign(private: str, content: bytes) -> bytes:
    """A signature as RFC 9421 has it (section 3.3): of ECDSA, r and s with 32 bytes each."""
    key = _read(private)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(content)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    numbers = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def sign_v1a(secret: str, content: bytes) -> str:
    """A signature of Standard Webhooks' second version. secret: `whsk_` and the seed in base64."""
    seed = b64decode(secret.removeprefix("whsk_"))[:32]
    return b64encode(ed25519.Ed25519PrivateKey.from_private_bytes(seed).sign(content)).decode()


@lru_cache(maxsize=8)
def _read(private: str) -> Key:
    return cast("Key", serialization.load_pem_private_key(private.encode(), None))
