"""Signs webhooks and verifies their signatures; each scheme is a module.

    verify(signature, secret, delivery, now=…) -> "valid" | "absent" | "downgraded" | "invalid" | …

Pure: the caller passes the secret, the raw delivery and the time. `near_misses` lists deliveries
that no verifier may accept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from apicheck.model.facts import Signature
from apicheck.signatures import (
    github,
    hmac_template,
    md5_query,
    message_signatures,
    paddle,
    paypal,
    shopify,
    slack,
    standard_webhooks,
    stripe,
    twilio,
)
from apicheck.signatures.delivery import (
    ABSENT,
    DOWNGRADED,
    INVALID,
    STALE,
    VALID,
    Delivery,
    Parts,
    Scheme,
    Signing,
)

__all__ = [
    "ABSENT",
    "DOWNGRADED",
    "INVALID",
    "SCHEMES",
    "STALE",
    "VALID",
    "Delivery",
    "Parts",
    "Scheme",
    "Signing",
    "sign",
    "verify",
]

SCHEMES: Mapping[str, Scheme] = {
    name: cast("Scheme", scheme)
    for name, scheme in {
        "standard-webhooks": standard_webhooks,
        "stripe": stripe.SCHEME,
        "github": github,
        "slack": slack,
        "shopify": shopify,
        "twilio": twilio,
        "paddle": paddle.SCHEME,
        "paypal": paypal,
        "http-message-signatures": message_signatures,
        "hmac": hmac_template,
        "md5-query": md5_query,
    }.items()
}


def verify(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    *,
    now: float,
    context: Mapping[str, str] | None = None,
) -> str:
    """The verdict on a signature: "valid", "absent", "downgraded", "invalid" or "stale".

    now: epoch seconds on the sender's clock. context: names and values that the signed text
    takes from elsewhere (`licenseCode`). Raises KeyError for a scheme that is not in SCHEMES.
    """
    signing = Signing(signature, secret, now, context or {})
    return SCHEMES[signature.scheme].verify(signing, delivery)


def sign(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    *,
    now: float,
    context: Mapping[str, str] | None = None,
) -> Delivery:
    """The delivery, signed as the scheme says. Raises KeyError as `verify` does."""
    signing = Signing(signature, secret, now, context or {})
    return SCHEMES[signature.scheme].sign(signing, delivery)
