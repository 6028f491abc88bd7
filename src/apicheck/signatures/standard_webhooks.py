"""Standard Webhooks 1.0.0, symmetric (`v1`): HMAC-SHA256 over `id.timestamp.body`.

The key is the base64 after `whsec_`. The field holds a space-separated list, any of which may
match, so that a secret can be changed without a gap.

Option: prefix of the fields' names, `webhook-` or another (`svix-`, the scheme's older name); by
default it is whichever of these two the delivery has.
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

PREFIX, OLDER_PREFIX = "webhook-", "svix-"
ID, TIMESTAMP, SIGNATURE = "id", "timestamp", "signature"


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],  # noqa: ARG001  (one signature for all schemes)
) -> str:
    """See `Scheme`. The tolerance counts in both directions, as in the scheme's libraries."""
    prefix = _find_prefix(signature, delivery)
    message_id, timestamp, sent = (
        delivery.header(f"{prefix}{name}") for name in (ID, TIMESTAMP, SIGNATURE)
    )
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
    signature: Signature,
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
    prefix = signature.options.get("prefix", PREFIX)
    return delivery.with_headers(
        (f"{prefix}{ID}", message_id),
        (f"{prefix}{TIMESTAMP}", timestamp),
        (f"{prefix}{SIGNATURE}", mac.decode("ascii")),
    )


def _find_prefix(signature: Signature, delivery: Delivery) -> str:
    older = delivery.header(f"{OLDER_PREFIX}{SIGNATURE}") is not None
    usual = delivery.header(f"{PREFIX}{SIGNATURE}") is not None
    return signature.options.get("prefix", OLDER_PREFIX if older and not usual else PREFIX)


def _compute_mac(secret: str, message_id: str, timestamp: str, body: bytes) -> bytes | None:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return None
    signed = f"{message_id}.{timestamp}.".encode() + body
    return b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
