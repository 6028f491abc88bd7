"""That a credential is there is seen at once; whether it is valid, after all else was looked at."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call

NEEDS = ("order", "authentication.refusal")

_EARLY = ("media", "body")


def order_stages(honest: Callable[[Call], tuple[str, ...]], call: Call) -> tuple[str, ...]:
    """The order, with what looks at the body before the credential, where one came."""
    if call.caller != "bad":
        return honest(call)
    rest = [stage for stage in honest(call) if stage not in _EARLY]
    place = rest.index("credential")
    return (*rest[:place], *_EARLY, *rest[place:])
