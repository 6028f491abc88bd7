"""Standard Webhooks 1.0.0, symmetric (`v1`): HMAC-SHA256 over `id.timestamp.body`.

The key is the base64 after `whsec_`. The field holds a space-separated list, any of which may
match, so that a secret can be changed without a gap.
"""

from __future__ import annotations

import base64
import binascii
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

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],  # noqa: ARG001  (one signature for all schemes)
) -> str:
    """See `Scheme`. The tolerance counts in both directions, as in the scheme's libraries."""
    message_id, timestamp, sent = (delivery.header(name) for name in (ID, TIMESTAMP, SIGNATURE))
    if not message_id or not timestamp or not sent:
        return ABSENT
    expected = _compute_mac(secret, message_id, timestamp, delivery.body)
    if expected is None or not is_timestamp(timestamp):
        return INVALID
    if not any(hmac.compare_digest(item.encode(), expected) for item in sent.split(" ")):
        return INVALID
    tolerance = signature.tolerance_s
    return VALID if is_within(timestamp, now, tolerance, tolerance) else STALE


def sign(
    signature: Signature,  # noqa: ARG001  (one signature for all schemes)
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],
) -> Delivery:
    """See `Scheme`. The id is the context's. Raises ValueError unless the secret is base64."""
    message_id, timestamp = context.get("id", "msg_1"), str(int(now))
    mac = _compute_mac(secret, message_id, timestamp, delivery.body)
    if mac is None:
        raise ValueError("a Standard Webhooks secret is base64, with or without whsec_ before it")
    return delivery.with_headers(
        (ID, message_id), (TIMESTAMP, timestamp), (SIGNATURE, mac.decode("ascii"))
    )


def _compute_mac(secret: str, message_id: str, timestamp: str, body: bytes) -> bytes | None:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return None
    signed = f"{message_id}.{timestamp}.".encode() + body
    return b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
