"""A deprecated operation says `true`, as drafts of RFC 9745 had it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("versioning.deprecations",)


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Deprecation: true."""
    sent = honest(call, status)
    return [(name, "true" if name == "Deprecation" else value) for name, value in sent]
