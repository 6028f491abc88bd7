"""The body is read before anybody asks whether the caller has the right."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("order", "authorization.refusal")


def order_stages(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """The stages of the body go before that of the scope."""
    early = ("media", "body")
    others = [stage for stage in honest(call) if stage not in early]
    place = others.index("scope")
    return (*others[:place], *early, *others[place:])
