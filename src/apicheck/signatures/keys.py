"""The keys of schemes that sign with a private key and verify with a public one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

_P256_BYTES = 32
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Public = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey


@lru_cache(maxsize=8)  # reading an RSA key verifies it, which takes longer than to sign
def read_private(pem: str) -> Private:
    """A private key of PEM text. Raises ValueError."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
    except TypeError:  # it is encrypted
        raise ValueError("a private key with a password cannot be used") from None
    if isinstance(key, Private):
        return key
    raise ValueError("the private key is none of Ed25519, ECDSA and RSA")


@lru_cache(maxsize=8)
def read_public(pem: str) -> Public:
    """A public key: of a public key, a certificate or a private key, as PEM. Raises ValueError."""
    data = pem.encode()
    if "CERTIFICATE" in pem:
        key: Any = x509.load_pem_x509_certificate(data).public_key()
    elif "PRIVATE" in pem:
        key = read_private(pem).public_key()
    else:
        key = serialization.load_pem_public_key(data)
    if isinstance(key, Public):
        return key
    raise ValueError("the public key is none of Ed25519, ECDSA and RSA")


def sign_with(key: Private, content: bytes) -> bytes:
    """A signature: Ed25519, ECDSA over SHA-256 (r and s, as RFC 9421 has them), RSA PKCS #1 v1.5.

    Raises ValueError for a key of ECDSA on another curve than P-256.
    """
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(content)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    if key.curve.name != ec.SECP256R1.name:
        raise ValueError(f"the curve {key.curve.name} is not P-256")
    r, s = decode_dss_signature(key.sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")


def is_signed_by(key: Public, signature: bytes, content: bytes) -> bool:
    """Whether a signature, made as `sign_with` makes it, is of this key and content."""
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        else:
            if len(signature) != 2 * _P256_BYTES:
                return False
            r, s = (
                int.from_bytes(half, "big")
                for half in (signature[:_P256_BYTES], signature[_P256_BYTES:])
            )
            key.verify(encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
