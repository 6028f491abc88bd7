"""The RSA key that signs forged tokens, which a correct server refuses.

Its private half is published here, so that each run sends the same bytes. It must never
protect anything.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache

_P = int(
    "d77c2337cde26d4e95180cb0feecef1c138b16e0245a848d0c33bdb4b431782a"
    "9ac4237b1b5263b69ba3a2c15bc085e519ea56285d8005d574e9eb45dcf018ad"
    "a0593c77255dbe6d3b2c8062977cca0a055db0f8f7fc66cb4d6a2a8753613535"
    "7035fcdbe83a4d20ba7e450c7d67a030a6bd13d5d3a96d6d82a1e22d9492c73f",
    16,
)
_Q = int(
    "b8c1a18c2c3436aaee6974165cdbc16af942652b713dd91d55505244ce9bcf49"
    "ff767c385d396a0df0d8b0229afb06f0437148a72b1dcb17f6f5bc5978f07dab"
    "8cf9833099f112642c150e688694baa332ff1a9e5fddb07c6ee32a74aa445400"
    "4881bf748a26f11e39a395c3927e00fd2e0a7398fced0f89f523edba05fb697f",
    16,
)
_E = 65_537
_N = _P * _Q
_D_P = pow(_E, -1, _P - 1)
_D_Q = pow(_E, -1, _Q - 1)
_Q_INVERSE = pow(_Q, -1, _P)
_BYTES = 256
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
"""The prefix of a signed SHA-256 digest (RFC 8017, section 9.2, note 1)."""


def public_jwk() -> str:
    """The public key as a JSON Web Key (RFC 7518, section 6.3.1), a compact JSON text."""
    numbers = {"n": _base64url(_N.to_bytes(_BYTES, "big")), "e": "AQAB"}
    return json.dumps({"kty": "RSA", **numbers}, separators=(",", ":"))


@lru_cache(maxsize=64)
def sign(message: bytes) -> bytes:
    """The RS256 signature: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.1).

    It takes milliseconds, and a run sends the same forged token again and again.
    """
    digest = _SHA256 + hashlib.sha256(message).digest()
    padded = b"\x00\x01" + b"\xff" * (_BYTES - len(digest) - 3) + b"\x00" + digest
    return _sign_number(int.from_bytes(padded, "big")).to_bytes(_BYTES, "big")


def _sign_number(number: int) -> int:
    """Sign by each prime, which takes a third of the time (RFC 8017, section 5.2.1, step 2b)."""
    by_p, by_q = pow(number, _D_P, _P), pow(number, _D_Q, _Q)
    return by_q + (by_p - by_q) * _Q_INVERSE % _P * _Q


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
