"""Rights that are checked too late."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.policy import order_stages

OrderStages = Callable[[Call], tuple[str, ...]]


@alters(order_stages, needs=("order", "authorization.refusal", "authorization.absent"))
def looks_for_objects_first(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """The object is looked up before the rights of the caller are checked."""
    others = [stage for stage in due if stage != "object"]
    others.insert(others.index("scope"), "object")
    return tuple(others)


@alters(order_stages, needs=("order", "authorization.refusal"))
def reads_bodies_first(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """The body is read before the rights of the caller are checked."""
    early = ("media", "body")
    others = [stage for stage in due if stage not in early]
    place = others.index("scope")
    return (*others[:place], *early, *others[place:])


@fault(order_stages, needs=("order", "authorization.refusal", "requests.schema"))
def validates_bodies_first(honest: OrderStages, call: Call) -> tuple[str, ...]:
    """A JSON body is validated before the rights of the caller are checked."""
    try:
        json.loads(call.body)
    except ValueError:
        return honest(call)
    others = [stage for stage in honest(call) if stage != "body"]
    others.insert(others.index("scope"), "body")
    return tuple(others)
