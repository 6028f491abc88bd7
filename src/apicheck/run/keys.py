"""Ed25519 keys in PEM. A private key is read into memory, and written nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from apicheck.model.errors import TargetError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

_LARGEST = 65_536


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that verifies. id: the SHA-256 of its SubjectPublicKeyInfo (DER), in hex."""

    id: str
    _key: Ed25519PublicKey = field(repr=False, compare=False)

    def accepts(self, signature: bytes, signed: bytes) -> bool:
        """Whether the signature is one of this key over these bytes."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs, with the public key that belongs to it."""

    public: PublicKey
    _key: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, content: bytes) -> bytes:
        """Sign bytes."""
        return self._key.sign(content)


def read_signing_key(path: Path) -> SigningKey:
    """Read a private key from a file. Raises TargetError."""
    return _parse_private(_read(path), str(path))


def find_signing_key(variable: str, environ: Mapping[str, str]) -> SigningKey:
    """Read a private key from an environment variable. Raises TargetError."""
    if not environ.get(variable):
        raise TargetError(f"there is no key: the variable {variable} is not set")
    return _parse_private(environ[variable].encode("utf-8", "replace"), f"the variable {variable}")


def read_public_key(path: Path) -> PublicKey:
    """Read a public key from a file. Raises TargetError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    content = _read(path)
    if b"PRIVATE KEY" in content:
        raise TargetError(
            f"{path} holds a private key; its public key verifies:"
            f" openssl pkey -in {path} -pubout -out public.pem"
        )
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise TargetError(f"{path} holds no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise TargetError(f"{path} holds a public key of another kind: it must be Ed25519")
    return _as_public(key)


def _parse_private(content: bytes, place: str) -> SigningKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        raise TargetError(f"the key of {place} is encrypted: give it without a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise TargetError(
            f"{place} holds no private key in PEM (PKCS#8); openssl genpkey -algorithm ed25519"
            " makes one"
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise TargetError(f"{place} holds a private key of another kind: it must be Ed25519")
    return SigningKey(_as_public(key.public_key()), key)


def _as_public(key: Ed25519PublicKey) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(hashlib.sha256(encoded).hexdigest(), key)


def _read(path: Path) -> bytes:
    """Read a file of the size of a key; a pipe is one as well (`<(…)` of a shell)."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except OSError as error:
        raise TargetError(f"cannot read the key {path}: {error.strerror}") from None
    if len(content) == _LARGEST:
        raise TargetError(f"{path} is too large for a key")
    return content
