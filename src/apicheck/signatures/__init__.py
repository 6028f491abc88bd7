"""Signs webhooks and verifies their signatures; each scheme is a module.

    verify(signature, secret, delivery, now=…) -> "valid" | "absent" | "invalid" | "stale"

Pure: the caller passes the secret, the raw delivery and the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from apicheck.model.facts import Signature
from apicheck.signatures import (
    github,
    hmac_template,
    md5_query,
    slack,
    standard_webhooks,
    stripe,
)
from apicheck.signatures.delivery import ABSENT, INVALID, STALE, VALID, Delivery, Scheme

__all__ = ["ABSENT", "INVALID", "SCHEMES", "STALE", "VALID", "Delivery", "Scheme", "sign", "verify"]

SCHEMES: Mapping[str, Scheme] = {
    name: cast("Scheme", module)
    for name, module in {
        "standard-webhooks": standard_webhooks,
        "stripe": stripe,
        "github": github,
        "slack": slack,
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
    """The verdict on a signature: "valid", "absent", "invalid" or "stale".

    now: epoch seconds on the sender's clock. context: names and values that the signed text
    takes from elsewhere (`licenseCode`). Raises KeyError for a scheme that is not in SCHEMES.
    """
    return SCHEMES[signature.scheme].verify(signature, secret, delivery, now, context or {})


def sign(
    signature: Signature,
    secret: str,
    delivery: Delivery,
    *,
    now: float,
    context: Mapping[str, str] | None = None,
) -> Delivery:
    """The delivery, signed as the scheme says. Raises KeyError as `verify` does."""
    return SCHEMES[signature.scheme].sign(signature, secret, delivery, now, context or {})
