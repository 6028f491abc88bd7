"""Deliveries are stamped an hour ago."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.webhooks.signing import Signed, Unsigned

NEEDS = (
    "webhooks.signature",
    "webhooks.delivery.retries",
)


def sign_delivery(honest: Callable[[Unsigned], Signed], delivery: Unsigned) -> Signed:
    """An hour less."""
    return honest(replace(delivery, timestamp=delivery.timestamp - 3600))
