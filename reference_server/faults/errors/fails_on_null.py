"""A null where an object is expected makes the server fail."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call, Refusal

NEEDS = ()


def refuse_unknown_members(
    honest: Callable[[Call, Media], Refusal | None], call: Call, media: Media
) -> Refusal | None:
    """500 where the body, or a member, is null."""
    if call.value is None or (isinstance(call.value, dict) and None in call.value.values()):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)
