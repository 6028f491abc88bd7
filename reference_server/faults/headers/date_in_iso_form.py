"""Answers say when they were made in the form that bodies have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from reference_server.call import Call
from reference_server.responses.headers import Fields

NEEDS = ()


def make_date(honest: Callable[[Call, int], Fields], call: Call, status: int) -> Fields:
    """As RFC 3339 writes it."""
    del honest, status
    now = datetime.fromtimestamp(int(call.server.clock.now()), UTC)
    return [("Date", now.isoformat().replace("+00:00", "Z"))]
