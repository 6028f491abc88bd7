"""The end of a deprecated operation comes a day before its deprecation."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.responses.headers import Fields
from reference_server.state.clock import http_date

NEEDS = ("versioning.deprecations",)
_DAY_S = 86_400


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Sunset taken from Deprecation, everything else as it is."""
    sent = honest(call, status)
    since = next((int(value[1:]) for name, value in sent if name == "Deprecation"), None)
    if since is None:
        return sent
    early = http_date(since - _DAY_S)
    return [(name, early if name == "Sunset" else value) for name, value in sent]
