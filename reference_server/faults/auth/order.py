"""Credentials that are checked too late."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.faults.fault import alters, fault
from reference_server.policy import order_stages

OrderStages = Callable[[Call], tuple[str, ...]]

_EARLY = ("media", "body")


@fault(order_stages, needs=("order", "authentication.refusal"))
def looks_up_credentials_last(honest: OrderStages, call: Call) -> tuple[str, ...]:
    """The validity of a credential is checked after all else."""
    if call.caller != "bad":
        return honest(call)
    return _put_before_credential(honest(call))


@alters(order_stages, needs=("order",))
def validates_before_authentication(due: tuple[str, ...], call: Call) -> tuple[str, ...]:
    """Media type and body are checked before the credential."""
    return _put_before_credential(due)


def _put_before_credential(stages: tuple[str, ...]) -> tuple[str, ...]:
    rest = [stage for stage in stages if stage not in _EARLY]
    place = rest.index("credential")
    return (*rest[:place], *_EARLY, *rest[place:])
