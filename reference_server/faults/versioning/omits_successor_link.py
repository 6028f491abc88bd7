"""A deprecated operation does not link to the one that takes over."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("versioning.deprecations",)


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """All but Link."""
    return [(name, value) for name, value in honest(call, status) if name != "Link"]
