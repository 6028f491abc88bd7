"""Shopify: `X-Shopify-Hmac-Sha256`, HMAC-SHA256 in base64 over the body; no timestamp.

The key is the app's client secret, as text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    VALID,
    Delivery,
    Parts,
    Signing,
    is_one_of,
)

SIGNATURE = "X-Shopify-Hmac-Sha256"


def verify(signing: Signing, delivery: Delivery) -> str:
    """See `Scheme`. Never stale: the scheme has no time of signing."""
    parts = read(signing, delivery)
    if not parts.macs:
        return ABSENT
    expected = _compute_mac(signing.secret, delivery.body)
    return VALID if is_one_of(parts.of(""), expected) else INVALID


def sign(signing: Signing, delivery: Delivery) -> Delivery:
    """See `Scheme`."""
    return write(signing, delivery, Parts((("", _compute_mac(signing.secret, delivery.body)),)))


def read(signing: Signing, delivery: Delivery) -> Parts:
    """See `Scheme`."""
    sent = delivery.header(signing.option("header", SIGNATURE))
    return Parts((("", sent),) if sent else ())


def write(signing: Signing, delivery: Delivery, parts: Parts) -> Delivery:
    """See `Scheme`."""
    header = signing.option("header", SIGNATURE)
    return delivery.without(header).with_headers(*((header, mac) for _, mac in parts.macs))


def _compute_mac(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
