"""A body that is JSON is validated before anybody asks whether the caller has the right."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("order", "authorization.refusal", "requests.schema")


def order_stages(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """The stage of the body goes before that of the scope, where the body can be parsed."""
    try:
        json.loads(call.body)
    except ValueError:
        return honest(call)
    others = [stage for stage in honest(call) if stage != "body"]
    others.insert(others.index("scope"), "body")
    return tuple(others)
