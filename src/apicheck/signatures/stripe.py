"""Stripe: `Stripe-Signature: t=…,v1=…`, HMAC-SHA256 in hex over `timestamp.body`.

The key is the whole secret, `whsec_` included. Several `v1` may come while a secret is rolled.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from apicheck.model.facts import Signature
from apicheck.signatures.delivery import (
    ABSENT,
    INVALID,
    STALE,
    VALID,
    Delivery,
    is_timestamp,
    is_within,
)

SIGNATURE = "Stripe-Signature"


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],  # noqa: ARG001  (one signature for all schemes)
) -> str:
    """See `Scheme`. Only the past is bounded, as in the scheme's libraries."""
    sent = delivery.header(SIGNATURE)
    if not sent:
        return ABSENT
    pairs = [item.strip().partition("=")[::2] for item in sent.split(",")]
    timestamps = [value for name, value in pairs if name == "t"]
    macs = [value for name, value in pairs if name == "v1"]
    if not macs:
        return ABSENT
    if len(timestamps) != 1 or not is_timestamp(timestamps[0]):
        return INVALID
    expected = _compute_mac(secret, timestamps[0], delivery.body)
    if not any(hmac.compare_digest(mac.encode(), expected.encode()) for mac in macs):
        return INVALID
    return VALID if is_within(timestamps[0], now, signature.tolerance_s, float("inf")) else STALE


def sign(
    signature: Signature,  # noqa: ARG001  (one signature for all schemes)
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],  # noqa: ARG001  (as above)
) -> Delivery:
    """See `Scheme`."""
    timestamp = str(int(now))
    mac = _compute_mac(secret, timestamp, delivery.body)
    return delivery.with_headers((SIGNATURE, f"t={timestamp},v1={mac}"))


def _compute_mac(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
