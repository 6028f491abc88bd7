"""Media type and body are looked at before the credential."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("order",)


_EARLY = ("media", "body")


def order_stages(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """The order, with what looks at the body where the credential is looked at."""
    rest = [stage for stage in honest(call) if stage not in _EARLY]
    place = rest.index("credential")
    return (*rest[:place], *_EARLY, *rest[place:])
