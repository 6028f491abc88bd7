"""Deliveries are signed with a secret that is not the subscription's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reference_server.webhooks.signing import Signed, Unsigned, new_secret

NEEDS = ("webhooks.signature",)


def sign_delivery(honest: Callable[[Unsigned], Signed], delivery: Unsigned) -> Signed:
    """A secret of the same form."""
    other = new_secret(delivery.scheme, bytes(24), "0" * 32)
    return honest(replace(delivery, secret=other))
