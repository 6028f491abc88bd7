"""Rights that are looked at too late."""

from __future__ import annotations

import json
from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import fault
from reference_server.policy import order_stages

OrderStages = Callable[[Call], tuple[str, ...]]


@fault(
    "scopes/looks-for-objects-first",
    order_stages,
    needs=("order", "authorization.refusal", "authorization.absent"),
)
def looks_for_objects_first(honest: OrderStages, call: Call) -> tuple[str, ...]:
    """The object is looked for before anybody asks whether the caller has the right."""
    others = [stage for stage in honest(call) if stage != "object"]
    others.insert(others.index("scope"), "object")
    return tuple(others)


@fault("scopes/reads-bodies-first", order_stages, needs=("order", "authorization.refusal"))
def reads_bodies_first(honest: OrderStages, call: Call) -> tuple[str, ...]:
    """The body is read before anybody asks whether the caller has the right."""
    early = ("media", "body")
    others = [stage for stage in honest(call) if stage not in early]
    place = others.index("scope")
    return (*others[:place], *early, *others[place:])


@fault(
    "scopes/validates-bodies-first",
    order_stages,
    needs=("order", "authorization.refusal", "requests.schema"),
)
def validates_bodies_first(honest: OrderStages, call: Call) -> tuple[str, ...]:
    """A body that is JSON is validated before anybody asks whether the caller has the right."""
    try:
        json.loads(call.body)
    except ValueError:
        return honest(call)
    others = [stage for stage in honest(call) if stage != "body"]
    others.insert(others.index("scope"), "body")
    return tuple(others)
