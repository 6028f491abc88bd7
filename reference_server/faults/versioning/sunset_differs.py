"""A deprecated operation ends a day later than the policy says."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

from reference_server.call import Call
from reference_server.responses.headers import Fields
from reference_server.state.clock import http_date

NEEDS = ("versioning.deprecations",)
_DAY_S = 86_400


def make_lifecycle_headers(
    honest: Callable[[Call, int], Fields], call: Call, status: int
) -> Fields:
    """Sunset moved by a day."""
    sent = honest(call, status)
    return [(name, _a_day_later(value) if name == "Sunset" else value) for name, value in sent]


def _a_day_later(date: str) -> str:
    return http_date(parsedate_to_datetime(date).timestamp() + _DAY_S)
