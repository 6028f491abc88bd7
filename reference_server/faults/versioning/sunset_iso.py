"""A deprecated operation names its end in ISO 8601 instead of an HTTP date."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ("versioning.deprecations",)


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Sunset in another form."""
    sent = honest(call, status)
    return [
        (name, parsedate_to_datetime(value).isoformat() if name == "Sunset" else value)
        for name, value in sent
    ]
