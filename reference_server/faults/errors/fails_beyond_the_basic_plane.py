"""A character that UTF-16 writes as two makes the server fail, as it does three-byte columns."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call, Refusal

NEEDS = ()

_LAST = 0xFFFF


def refuse_unknown_members(
    honest: Callable[[Call, Media], Refusal | None], call: Call, media: Media
) -> Refusal | None:
    """500 where a body has an emoji, say."""
    if any(ord(character) > _LAST for character in str(call.value)):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)
