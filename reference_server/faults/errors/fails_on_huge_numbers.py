"""A number that 64 bits do not hold makes the server fail."""

from __future__ import annotations

import re
from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call, Refusal

NEEDS = ()

_DIGITS = 30


def refuse_unknown_members(
    honest: Callable[[Call, Media], Refusal | None], call: Call, media: Media
) -> Refusal | None:
    """500 where a body has one."""
    if any(len(digits) > _DIGITS for digits in re.findall(r"\d+", str(call.value))):
        return Refusal("internal", "The request failed.", 500)
    return honest(call, media)
