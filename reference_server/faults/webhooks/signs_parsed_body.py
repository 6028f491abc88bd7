"""What is signed is the body after it was parsed and written again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from reference_server.webhooks.signing import Signed, Unsigned

NEEDS = (
    "webhooks.signature",
    "webhooks.delivery.retries",
)


def sign_delivery(honest: Callable[[Unsigned], Signed], delivery: Unsigned) -> Signed:
    """The same JSON, other bytes."""
    rewritten = json.dumps(json.loads(delivery.body), indent=1).encode()
    return honest(replace(delivery, body=rewritten))
