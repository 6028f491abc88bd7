"""A deprecated operation ends a day later than the policy says."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call
from reference_server.clock import http_date, instant
from reference_server.headers import Fields

NEEDS = ("versioning.deprecations",)
_DAY_S = 86_400


def lifecycle_headers(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """Sunset moved by a day."""
    sent = honest(call, status)
    return [
        (name, http_date(instant(value) + _DAY_S) if name == "Sunset" else value)
        for name, value in sent
    ]
