"""Operations that stay say that they are deprecated."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("versioning.deprecations",)


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Deprecation where there is none."""
    return honest(call, status) or [("Deprecation", "@1767225600")]
