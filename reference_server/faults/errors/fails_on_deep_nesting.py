"""Lists in lists make the server fail: it goes through them by recursion."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call, Refusal

NEEDS = ()

_DEEP = 50


def refuse_unknown_members(
    honest: Callable[[Call, Media], Refusal | None], call: Call, media: Media
) -> Refusal | None:
    """500 where a body is nested deeply."""
    if "[" * _DEEP in str(call.value):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)
