"""The object is looked for before anybody asks whether the caller has the right."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("order", "authorization.refusal", "authorization.absent")


def order_stages(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """The stage of the object goes before that of the scope."""
    others = [stage for stage in honest(call) if stage != "object"]
    others.insert(others.index("scope"), "object")
    return tuple(others)
