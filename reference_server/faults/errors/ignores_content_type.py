"""A body is parsed whatever its media type says."""

from __future__ import annotations

from collections.abc import Callable

from apicheck.model.operation import Media
from reference_server.call import Call

NEEDS = ("requests.media",)


def find_media(honest: Callable[[Call, str], Media | None], call: Call, sent: str) -> Media | None:
    """What is documented first."""
    return honest(call, sent) or call.op_rules.operation.body[0]
