"""Deliveries that are not signed as promised."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from reference_server.faults.fault import fault
from reference_server.webhooks.signing import Signed, new_secret, sign_delivery
from reference_server.webhooks.unsigned import Unsigned

SignDelivery = Callable[[Unsigned], Signed]


@fault(sign_delivery, needs=("webhooks.signature", "webhooks.delivery.retries"))
def signs_parsed_body(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """What is signed is the body after it was parsed and written again."""
    rewritten = json.dumps(json.loads(delivery.body), indent=1).encode()
    return honest(replace(delivery, body=rewritten))


@fault(sign_delivery, needs=("webhooks.signature",))
def signs_with_other_secret(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """Deliveries are signed with a secret that is not the subscription's."""
    other = new_secret(delivery.scheme, bytes(24), "0" * 32)
    return honest(replace(delivery, secret=other))


@fault(sign_delivery, needs=("webhooks.signature", "webhooks.delivery.retries"))
def stale_timestamp(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """Deliveries are stamped an hour ago."""
    return honest(replace(delivery, timestamp=delivery.timestamp - 3600))


@fault(sign_delivery, needs=("webhooks.signature",))
def unsigned(honest: SignDelivery, delivery: Unsigned) -> Signed:
    """Deliveries carry no signature."""
    return Signed()
