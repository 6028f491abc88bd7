"""The error for an unknown path, or for a missing right, names the file that decided it."""

from __future__ import annotations

from collections.abc import Callable

from reference_server.call import Call, Refusal, Reply
from reference_server.faults._error_text import tell

NEEDS = ()


_WORDS = "No entry in /opt/api/41/app/routes.rb"


def fill_error_body(
    honest: Callable[[Call, Refusal, Reply], None], call: Call, refusal: Refusal, reply: Reply
) -> None:
    """A path of the server's disk."""
    honest(call, refusal, reply)
    if refusal.kind in ("unknown_path", "scope"):
        tell(reply, _WORDS)
