"""Slack: `X-Slack-Signature: v0=…`, HMAC-SHA256 in hex over `v0:timestamp:body`."""

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

SIGNATURE = "X-Slack-Signature"
TIMESTAMP = "X-Slack-Request-Timestamp"


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    now: float,
    context: Mapping[str, str],  # noqa: ARG001  (one signature for all schemes)
) -> str:
    """See `Scheme`. The tolerance counts in both directions."""
    timestamp, sent = delivery.header(TIMESTAMP), delivery.header(SIGNATURE)
    if not timestamp or not sent:
        return ABSENT
    expected = _compute_mac(secret, timestamp, delivery.body)
    if not is_timestamp(timestamp) or not hmac.compare_digest(sent.encode(), expected.encode()):
        return INVALID
    tolerance = signature.tolerance_s
    return VALID if is_within(timestamp, now, tolerance, tolerance) else STALE


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
    return delivery.with_headers((TIMESTAMP, timestamp), (SIGNATURE, mac))


def _compute_mac(secret: str, timestamp: str, body: bytes) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
