"""GitHub: `X-Hub-Signature-256: sha256=…`, HMAC-SHA256 in hex over the body; no timestamp."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from apicheck.model.facts import Signature
from apicheck.signatures.delivery import ABSENT, INVALID, VALID, Delivery

SIGNATURE = "X-Hub-Signature-256"


def verify(
    signature: Signature,  # noqa: ARG001  (one signature for all schemes)
    secret: str,
    delivery: Delivery,
    now: float,  # noqa: ARG001  (as above)
    context: Mapping[str, str],  # noqa: ARG001  (as above)
) -> str:
    """See `Scheme`. Never stale: the scheme has no time of signing."""
    sent = delivery.header(SIGNATURE)
    if not sent:
        return ABSENT
    expected = _compute_mac(secret, delivery.body)
    return VALID if hmac.compare_digest(sent.encode(), expected.encode()) else INVALID


def sign(
    signature: Signature,  # noqa: ARG001  (one signature for all schemes)
    secret: str,
    delivery: Delivery,
    now: float,  # noqa: ARG001  (as above)
    context: Mapping[str, str],  # noqa: ARG001  (as above)
) -> Delivery:
    """See `Scheme`."""
    return delivery.with_headers((SIGNATURE, _compute_mac(secret, delivery.body)))


def _compute_mac(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
