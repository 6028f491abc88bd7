"""The error for an unknown path, or for a missing right, is the database's."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._error_text import tell

NEEDS = ()


_WORDS = "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'shop.contact' doesn't exist"


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """What the driver raised."""
    honest(call, refusal, reply)
    if refusal.kind in ("unknown_path", "scope"):
        tell(reply, _WORDS)
